import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { LOOPBACK } from '../../../src/local/fleet/index.ts';
import type { Emulator } from './emulators.ts';

/** A request of the JSON protocol. */
export interface SeenRequest {
  /** Such as `PutItem`. */
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Puts a proxy before an emulator that passes one request at a time: the threads of moto race
 * between a condition and its write. `stop` ends both.
 *
 * @param onRequest sees every request
 */
export async function oneAtATime(
  emulator: Emulator,
  onRequest: (seen: SeenRequest) => void = () => {},
): Promise<Emulator> {
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((incoming, outgoing) => {
    const turn = last.then(() => forward(emulator.url, incoming, outgoing, onRequest));
    last = turn.catch(() => outgoing.destroy());
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await emulator.stop();
    },
  };
}

async function forward(
  url: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  onRequest: (seen: SeenRequest) => void,
): Promise<void> {
  const body = await buffer(incoming);
  const [, operation = ''] = String(incoming.headers['x-amz-target']).split('.');
  onRequest({ operation, body: JSON.parse(body.toString()) });
  const { method, headers } = incoming;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const upstream = request(`${url}${incoming.url}`, { method, headers });
    upstream.on('response', resolve).on('error', reject).end(body);
  });
  const content = await buffer(answer);
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  outgoing.end(content);
}
