/**
 * The embedded SQS: fauxqs on a loopback port, in memory or under the directory in its argument.
 * `startChildService` starts it.
 */
import { mkdirSync } from 'node:fs';
import { type ListenOptions, Server } from 'node:net';
import { startFauxqs } from 'fauxqs';
import { serveUntilDisconnect } from './serve-until-disconnect.ts';

const dataDir = process.argv[2] ?? '';
if (dataDir !== '') mkdirSync(dataDir, { recursive: true });

// fauxqs always listens on every interface; here only this machine may connect.
let server: Server | undefined;
const { listen } = Server.prototype;
Server.prototype.listen = function listenOnLoopback(
  this: Server,
  ...[options, ...rest]: unknown[]
) {
  server = this;
  return Reflect.apply(listen, this, [
    { ...(options as ListenOptions), host: '127.0.0.1' },
    ...rest,
  ]);
};

const fauxqs = await startFauxqs({
  port: 0,
  logger: false,
  ...(dataDir === '' ? {} : { dataDir }),
});
if (server === undefined) throw new Error('fauxqs did not listen');
serveUntilDisconnect(server as import('node:http').Server, () => fauxqs.stop());
