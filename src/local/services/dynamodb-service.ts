/**
 * The embedded DynamoDB: dynalite on a loopback port, in memory or under the directory given as
 * the argument. Started by `startChildService`.
 */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
// @ts-expect-error dynalite comes without types
import dynalite from 'dynalite';
import { failToServe, serveUntilDisconnect } from './serve-until-disconnect.ts';

/** Longer than an AWS SDK client keeps an idle connection that it still hopes to use. */
const KEEP_ALIVE_MS = 120_000;

const path = process.argv[2] ?? '';
if (path !== '') {
  // The passwords of the proxies are in it.
  mkdirSync(path, { recursive: true, mode: 0o700 });
  await refuseSharedDirectory(path);
}

const server: Server = dynalite({
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
  ...(path === '' ? {} : { path }),
});
// dynalite throws when a client hangs up in the middle of a request, as a killed function does.
server.on('request', (request: IncomingMessage) => {
  request.removeAllListeners('error').on('error', () => {});
});
// Node's 5 s would close connections under clients that have just taken them up again.
server.keepAliveTimeout = KEEP_ALIVE_MS;

server.listen(0, '127.0.0.1');
await once(server, 'listening');
serveUntilDisconnect(server, () => new Promise((resolve) => server.close(() => resolve())));

/** dynalite would listen and then end at its first request: its store has room for one process. */
async function refuseSharedDirectory(location: string): Promise<void> {
  const { Level } = createRequire(import.meta.resolve('dynalite'))('level');
  const store = new Level(location);
  try {
    await store.open();
    await store.close();
  } catch (error) {
    const locked = (error as { cause?: { code?: string } }).cause?.code === 'LEVEL_LOCKED';
    const why = locked ? 'is in use by another stack' : `cannot be used: ${String(error)}`;
    await failToServe(`The directory ${dirname(location)} ${why}.`);
  }
}
