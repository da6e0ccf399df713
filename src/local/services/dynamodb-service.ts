/**
 * The embedded DynamoDB: dynalite on a loopback port, in memory or under the directory in its
 * argument. `startChildService` starts it.
 */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
// @ts-expect-error dynalite comes without types
import dynalite from 'dynalite';
import { failToServe, serveUntilDisconnect } from './serve-until-disconnect.ts';

/** Longer than an AWS SDK client keeps an idle connection for reuse. */
const KEEP_ALIVE_MS = 120_000;

const path = process.argv[2] ?? '';
if (path !== '') {
  // The directory holds the passwords of the proxies.
  mkdirSync(path, { recursive: true, mode: 0o700 });
  await refuseSharedDirectory(path);
}

const server: Server = dynalite({
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
  ...(path === '' ? {} : { path }),
});
// dynalite throws when a client hangs up during a request, as a killed function does.
server.on('request', (request: IncomingMessage) => {
  request.removeAllListeners('error').on('error', () => {});
});
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
