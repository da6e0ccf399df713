import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { afterEach, expect, it } from 'vitest';
import { takeClient } from '../../../src/health/http/socket-client.ts';
import { toTarget } from '../../../src/health/target.ts';
import { LOOPBACK } from '../../../src/local/fleet/fleet-server.ts';

const REQUEST = { path: '/', method: 'GET' } as const;
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Connects to a peer with this behaviour. */
async function connectTo(behave: (peer: Socket) => void): Promise<Socket> {
  const server = createServer((peer) => behave(peer.on('error', () => {}))).listen(0, LOOPBACK);
  await once(server, 'listening');
  closing.push(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, LOOPBACK);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

function answer(peer: Socket): void {
  peer.once('data', () => peer.write(ANSWER));
}

/** Reports the status of the answer, or what went wrong. */
function handler(told: (what: unknown) => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart() {},
    onResponseStart(controller, statusCode) {
      controller.pause();
      told(statusCode);
    },
    onResponseData() {},
    onResponseEnd() {},
    onResponseError: (_controller, error) => told(error),
  };
}

const target = () => toTarget(new URL('http://target.test/'));

it('a client whose answer was read serves the next socket', async () => {
  const shared = target();
  const first = takeClient(shared);
  const clients = [first];
  for (let exchanges = 0; exchanges < 3; exchanges++) {
    const client = clients.at(-1) ?? first;
    const socket = await connectTo(answer);
    const status = await new Promise((told) => client.send(socket, REQUEST, handler(told)));
    expect(status).toBe(200);
    // Not before its connection is closed: another probe must not get a client in use.
    expect(takeClient(shared)).not.toBe(client);
    client.release(true);
    await closed(socket);
    clients.push(takeClient(shared));
  }
  expect(new Set(clients).size).toBe(1);
});

it('a client whose answer never came is dropped, with its connection', async () => {
  const shared = target();
  const client = takeClient(shared);
  const socket = await connectTo(() => {});
  const failure = new Promise((told) => client.send(socket, REQUEST, handler(told)));
  await turn();
  client.release(false);
  await closed(socket);
  expect(await failure).toBeInstanceOf(Error);
  expect(takeClient(shared)).not.toBe(client);
});

it('a client whose peer hangs up after its answer serves the next socket too', async () => {
  const shared = target();
  const client = takeClient(shared);
  const socket = await connectTo((peer) => peer.once('data', () => peer.end(ANSWER)));
  await new Promise((told) => client.send(socket, REQUEST, handler(told)));
  socket.destroy();
  await closed(socket);
  client.release(true);
  expect(takeClient(shared)).toBe(client);
});

it('a client that was handed a dead socket fails, and does not wait for the next', async () => {
  const shared = target();
  const client = takeClient(shared);
  const socket = await connectTo(answer);
  socket.destroy();
  const failure = await new Promise((told) => client.send(socket, REQUEST, handler(told)));
  expect(failure).toBeInstanceOf(Error);
  client.release(false);
  expect(takeClient(shared)).not.toBe(client);
});
