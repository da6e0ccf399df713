/**
 * The embedded DynamoDB: dynalite behind a guard on a loopback port. `startChildService` starts it.
 */
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
// @ts-expect-error dynalite comes without types
import dynalite from 'dynalite';
import { guard } from '../guard.ts';
import { failToServe, receiveSettings, serveUntilDisconnect } from './serve-until-disconnect.ts';

/** Longer than an AWS SDK client keeps an idle connection for reuse. */
const KEEP_ALIVE_MS = 120_000;

const { directory, accessKeyId } = await receiveSettings();
if (directory !== null) await refuseSharedDirectory(directory);

const server: Server = dynalite({
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
  ...(directory === null ? {} : { path: directory }),
});
// dynalite throws when a client hangs up during a request, as a killed function does.
server.on('request', (request: IncomingMessage) => {
  request.removeAllListeners('error').on('error', () => {});
});
guard(server, { accessKeyId });
// Node's 5 s would close connections that clients have just reused.
server.keepAliveTimeout = KEEP_ALIVE_MS;

server.listen(0, '127.0.0.1');
await once(server, 'listening');
serveUntilDisconnect(server, () => new Promise((resolve) => server.close(() => resolve())));

/** dynalite would listen and then fail at its first request: its store admits one process. */
async function refuseSharedDirectory(location: string): Promise<void> {
  const { Level } = createRequire(import.meta.resolve('dynalite'))('level');
  const store = new Level(location);
  try {
    await store.open();
    await store.close();
  } catch (error) {
    const locked = (error as { cause?: { code?: string } }).cause?.code === 'LEVEL_LOCKED';
    const why = locked ? 'is in use by another stack' : `cannot be used: ${String(error)}`;
    await failToServe(`the directory ${dirname(location)} ${why}`);
  }
}
