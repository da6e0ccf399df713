/** Runs the fixture stack in a process of its own, for tests that end it from outside. */
import { startFixtureStack } from './fixture-stack.ts';

const [dataDir] = process.argv.slice(2);
const fixture = await startFixtureStack(dataDir === undefined ? {} : { dataDir });
const { apiUrl, endpoints, credentials, queueUrls, tableNames } = fixture.stack;
const { directory } = fixture;
process.on('SIGTERM', () => fixture[Symbol.asyncDispose]().then(() => process.exit()));
process.send?.({ apiUrl, endpoints, credentials, queueUrls, tableNames, directory });
