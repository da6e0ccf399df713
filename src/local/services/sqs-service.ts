/**
 * The embedded SQS: fauxqs behind a guard on a loopback port. `startChildService` starts it.
 */
import type { Server as HttpServer } from 'node:http';
import { type ListenOptions, Server } from 'node:net';
import { startFauxqs } from 'fauxqs';
import { guard } from '../guard.ts';
import { receiveSettings, serveUntilDisconnect } from './serve-until-disconnect.ts';

const { directory, accessKeyId } = await receiveSettings();

// fauxqs always listens on every interface; here only this machine may connect, past the guard.
let server: HttpServer | undefined;
const { listen } = Server.prototype;
Server.prototype.listen = function listenOnLoopback(
  this: HttpServer,
  ...[options, ...rest]: unknown[]
) {
  server = this;
  guard(server, { accessKeyId });
  return Reflect.apply(listen, this, [
    { ...(options as ListenOptions), host: '127.0.0.1' },
    ...rest,
  ]);
};

const fauxqs = await startFauxqs({
  port: 0,
  logger: false,
  ...(directory === null ? {} : { dataDir: directory }),
});
if (server === undefined) throw new Error('fauxqs did not listen');
serveUntilDisconnect(server, () => fauxqs.stop());
