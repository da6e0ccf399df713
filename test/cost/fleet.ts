import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import type { ServerCertificate } from '../../src/local/fleet/certificates.ts';

/** Addresses of the fleet, as many hosts. */
const HOSTS = 64;

/** The delay of a session's answers, milliseconds; null for one that never answers. */
type Behaviour = (session: number) => number | null;

/** What the fleet has received since it was last asked. */
interface Received {
  connections: number;
  /** Without the headers of TCP and IP. */
  bytes: number;
}

/** HTTP proxies on loopback that are their own targets: every proxy is a session on some host. */
export interface CostFleet extends AsyncDisposable {
  readonly targetUrl: string;
  /** Sessions by number, spread over so many hosts. @default all hosts there are */
  list(count: number, hosts?: number): readonly string[];
  /** Sets what the sessions do; at first all answer at once. */
  behave(behaviour: Behaviour): void;
  takeReceived(): Received;
}

/** Starts a fleet. @param tls the certificate of targets; without it they are `http:` */
export async function startCostFleet(tls?: ServerCertificate): Promise<CostFleet> {
  await using starting = new AsyncDisposableStack();
  let behaviour: Behaviour = () => 0;
  const delayOf = new WeakMap<object, number>();
  const answer = (delayMs: number | null, response: ServerResponse) => {
    if (delayMs !== null) setTimeout(() => response.end('ok\n'), delayMs);
  };
  const answerTarget = ({ socket }: IncomingMessage, response: ServerResponse) =>
    answer(delayOf.get(socket) ?? delayOf.get(Object(socket)._parent ?? socket) ?? 0, response);
  const target = tls
    ? createHttpsServer({ cert: tls.certPem, key: tls.keyPem }, answerTarget)
    : createServer(answerTarget);
  const proxy = createServer((request, response) =>
    answer(behaviour(sessionOf(request)), response),
  );
  proxy.on('connect', (request, socket: Socket) => {
    const delayMs = behaviour(sessionOf(request));
    if (delayMs === null) return;
    delayOf.set(socket, delayMs);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    target.emit('connection', socket);
  });
  target.on('tlsClientError', (_, socket) => socket.destroy());
  const received: Received = { connections: 0, bytes: 0 };
  const ports: number[] = [];
  for (let host = 0; host < HOSTS; host += 1) {
    const port = await listen(hostOf(host), starting, (socket) => {
      received.connections += 1;
      socket.once('close', () => {
        received.bytes += socket.bytesRead;
      });
      proxy.emit('connection', socket);
    });
    ports.push(port);
  }
  const direct = await listen('127.0.0.1', starting, (socket) => target.emit('connection', socket));
  const all = starting.move();
  return {
    targetUrl: `${tls ? 'https' : 'http'}://127.0.0.1:${direct}/`,
    list: (count, hosts = HOSTS) =>
      Array.from({ length: count }, (_, session) => {
        const host = session % hosts;
        return `http://session-${session}:password-of-it@${hostOf(host)}:${ports[host]}`;
      }),
    behave: (next) => {
      behaviour = next;
    },
    takeReceived: () => {
      const taken = { ...received };
      Object.assign(received, { connections: 0, bytes: 0 });
      return taken;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** The number of the session that a request to a proxy names. */
function sessionOf({ headers }: IncomingMessage): number {
  const [, encoded = ''] = headers['proxy-authorization']?.split(' ') ?? [];
  return Number(/^session-(\d+):/.exec(Buffer.from(encoded, 'base64').toString())?.[1]);
}

function hostOf(index: number): string {
  return `127.0.1.${index + 1}`;
}

async function listen(
  host: string,
  resources: AsyncDisposableStack,
  onConnection: (socket: Socket) => void,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0, host);
  await once(server, 'listening');
  resources.defer(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}
