/**
 * The embedded DynamoDB: dynalite on a loopback port, in memory or under the directory given as
 * the argument. Started by `startChildService`.
 */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
// @ts-expect-error dynalite comes without types
import dynalite from 'dynalite';
import { serveUntilDisconnect } from './serve-until-disconnect.ts';

const path = process.argv[2] ?? '';
if (path !== '') mkdirSync(path, { recursive: true });

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

server.listen(0, '127.0.0.1');
await once(server, 'listening');
serveUntilDisconnect(server, () => new Promise((resolve) => server.close(() => resolve())));
