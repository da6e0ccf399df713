import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ServerCertificate } from '../../../src/local/fleet/index.ts';
import { Wire } from './hostile-wire.ts';

export { Wire } from './hostile-wire.ts';

/** What a hostile peer does on one connection, from its first byte on. */
export type Behaviour = (wire: Wire) => Promise<void> | void;

/** A peer on loopback that runs a given behaviour on every connection. */
export class HostileProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(behaviour: Behaviour, host = '127.0.0.1'): Promise<HostileProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const proxy = new HostileProxy(server);
    server.on('connection', (socket) => proxy.#serve(socket, behaviour));
    return proxy;
  }

  /** How many connections it has accepted so far. */
  get connections(): number {
    return this.#connections;
  }

  /** How many connections the probes have not closed yet. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Waits until the probes have closed all their connections, then stops listening. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.end();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.race([closed, destroyAfter(this.#sockets, 2000)]);
    await closed;
  }

  #serve(socket: Socket, behaviour: Behaviour): void {
    this.#connections++;
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('end', () => socket.end());
    void Promise.resolve(behaviour(new Wire(socket))).catch(() => socket.destroy());
  }
}

function destroyAfter(sockets: ReadonlySet<Socket>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
      resolve();
    }, ms);
    timer.unref();
  });
}

/** How a probe reaches the point at which a behaviour begins. */
export interface Entrance {
  readonly name: string;
  readonly protocol: 'http' | 'https' | 'socks4' | 'socks5';
  readonly targetUrl: string;
  /** Cooperates until the peer's answer to the request (or to CONNECT) is due. */
  readonly enter: Behaviour;
}

const HEAD_END = '\r\n\r\n';
const PLAIN_TARGET = 'http://192.0.2.7/path?q=1';
const TLS_TARGET = 'https://target.test/path?q=1';

/** The request to a forwarding HTTP proxy. */
export const absoluteForm: Entrance = {
  name: 'HTTP absolute form',
  protocol: 'http',
  targetUrl: PLAIN_TARGET,
  enter: async (wire) => {
    await wire.until(HEAD_END);
  },
};

/** The reply to CONNECT itself. */
export const connectReply: Entrance = {
  name: 'CONNECT reply',
  protocol: 'http',
  targetUrl: TLS_TARGET,
  enter: async (wire) => {
    await wire.until(HEAD_END);
  },
};

/** The request through a SOCKS5 tunnel. */
export const socks5Tunnel: Entrance = {
  name: 'SOCKS5',
  protocol: 'socks5',
  targetUrl: PLAIN_TARGET,
  enter: async (wire) => {
    await acceptSocks5(wire);
    await wire.until(HEAD_END);
  },
};

/** The request through a SOCKS4 tunnel. */
export const socks4Tunnel: Entrance = {
  name: 'SOCKS4',
  protocol: 'socks4',
  targetUrl: PLAIN_TARGET,
  enter: async (wire) => {
    await wire.bytes(9);
    wire.send(Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]));
    await wire.until(HEAD_END);
  },
};

/** The request through a CONNECT tunnel, inside TLS. */
export function tlsTunnel(certificate: ServerCertificate): Entrance {
  return {
    name: 'CONNECT + TLS',
    protocol: 'http',
    targetUrl: TLS_TARGET,
    enter: async (wire) => {
      await acceptConnect(wire);
      await wire.secure(certificate);
      await wire.until(HEAD_END);
    },
  };
}

/** Answers a CONNECT with 200. */
export async function acceptConnect(wire: Wire): Promise<void> {
  await wire.until(HEAD_END);
  wire.send('HTTP/1.1 200 OK\r\n\r\n');
}

/** Completes a SOCKS5 handshake without authentication. */
export async function acceptSocks5(wire: Wire): Promise<void> {
  await readSocks5Greeting(wire);
  wire.send(Buffer.from([5, 0]));
  await readSocks5Request(wire);
  wire.send(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
}

export async function readSocks5Greeting(wire: Wire): Promise<Buffer> {
  const [, count = 0] = await wire.bytes(2);
  return wire.bytes(count);
}

/** Address lengths by type: IPv4, IPv6. A name begins with its own length (RFC 1928, section 5). */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 4: 16 };

export async function readSocks5Request(wire: Wire): Promise<void> {
  const [, , , type = 0] = await wire.bytes(4);
  const length = ADDRESS_BYTES[type] ?? (await wire.bytes(1))[0] ?? 0;
  await wire.bytes(length + 2);
}
