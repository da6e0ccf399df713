import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../../../../src/async/wait-for.ts';
import { ApiClient } from '../../../../src/cli/stack/client/api-client.ts';
import { LeaseApi } from '../../../../src/cli/stack/lease/lease-api.ts';
import { type RunDependencies, runLeased } from '../../../../src/cli/stack/lease/run-leased.ts';
import { SignalRelay } from '../../../../src/cli/stack/lease/signal-relay.ts';
import { systemClock } from '../../../../src/clock.ts';
import {
  afterRenewals,
  ENDED,
  type LeaseStub,
  startLeaseStub,
  stubLease,
} from '../../support/lease-stub.ts';

const RELEASED = 'DELETE /pools/shop/leases/lease-0';
let stub: LeaseStub;

beforeEach(async () => {
  stub = await startLeaseStub();
});

afterEach(async () => {
  await stub[Symbol.asyncDispose]();
});

/** Runs a command line through the stub's lease, and collects what is reported. */
async function run(
  commandLine: readonly [string, ...string[]],
  changes: Partial<RunDependencies> = {},
) {
  using relay = new SignalRelay({ terminal: null });
  await using client = new ApiClient({ url: stub.url }, new AbortController().signal);
  const reports: string[] = [];
  const dependencies: RunDependencies = {
    leases: new LeaseApi(client),
    clock: systemClock,
    wait: waitFor,
    relay,
    ownGroup: true,
    environment: { PATH: process.env.PATH },
    report: ({ message }) => reports.push(message),
    ...changes,
  };
  const outcome = await runLeased(dependencies, { poolName: 'shop', wish: {}, commandLine });
  return { outcome, reports };
}

it.each<[string, readonly [string, ...string[]], string]>([
  ['a path below a file', [`${process.execPath}/x`], 'ENOTDIR'],
  ['arguments that are too long', ['true', 'x'.repeat(200_000)], 'E2BIG'],
  ['an empty command', [''], 'ERR_INVALID_ARG_VALUE'],
])('%s ends with 126 and gives the proxy back', async (_, commandLine, code) => {
  const { outcome, reports } = await run(commandLine);
  expect(outcome).toMatchObject({ exitCode: 126, outcome: null });
  expect(reports).toEqual([`the command "${commandLine[0]}" cannot be run (${code})`]);
  expect(stub.lines().at(-1)).toBe(RELEASED);
});

it('the proxy is given back when an error is thrown before the command ends', async () => {
  const environment = {
    get PATH(): string {
      throw new Error('no environment');
    },
  };
  await expect(run(['true'], { environment })).rejects.toThrow('no environment');
  expect(stub.lines().at(-1)).toBe(RELEASED);
});

it.each([401, 403, 408, 425, 429, 503])(
  'one renewal refused with %i is survived',
  async (status) => {
    // Of three seconds, half a second is left when it is tried again: a busy machine needs it.
    const lease = stubLease({ leaseSeconds: 3, expiresAt: '2001-01-01T00:00:03.000Z' });
    stub.answers.acquire = () => [201, lease];
    stub.answers.renew = (count) => (count === 1 ? [status, {}] : [200, lease]);
    const { outcome, reports } = await run([process.execPath, '-e', afterRenewals(stub, 2)]);
    expect(outcome).toMatchObject({ exitCode: 0, outcome: 'ok' });
    expect(reports).toEqual([]);
  },
);

it('a release without an answer is given up and reported', async () => {
  stub.answers.release = () => null;
  const { outcome, reports } = await run(['true'], { releaseTimeoutMs: 50 });
  expect(outcome).toMatchObject({ exitCode: 0, outcome: 'ok' });
  expect(reports).toEqual([expect.stringMatching(/^the lease was not released and ends at /)]);
});

it('a lease that is lost after the command ended does not change its outcome', async () => {
  // The first renewal comes with a third of the second left; the command leaves a process behind.
  stub.answers = { renew: () => ENDED, release: () => ENDED };
  const ignoring = `process.on('SIGTERM', () => {}); console.log(); setTimeout(() => {}, 1500)`;
  const script = `
    const { spawn } = require('node:child_process');
    const left = spawn(process.execPath, ['-e', ${JSON.stringify(ignoring)}], { stdio: ['ignore', 'pipe', 'ignore'] });
    left.stdout.once('data', () => process.exit(0));`;
  const { outcome, reports } = await run([process.execPath, '-e', script]);
  expect(outcome.exitCode).toBe(0);
  expect(reports).toEqual([expect.stringMatching(/^the lease was not released/)]);
});
