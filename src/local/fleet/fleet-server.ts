import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** The address on which a server of the fleet listens by default. */
export const LOOPBACK = '127.0.0.1';

/** One end of a TCP connection. */
export interface RemoteEndpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * Listens on loopback and owns every socket of the server, so that `close()` leaves neither a
 * listener nor a connection behind.
 */
export class FleetServer {
  readonly host: string;
  readonly port: number;
  /** The far ends of all connections accepted so far, in order. */
  readonly connections: RemoteEndpoint[];
  /** Aborts when the server closes, which ends every wait inside it. */
  readonly signal: AbortSignal;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #closing: AbortController;

  private constructor(server: Server, address: AddressInfo, state: ServerState) {
    this.host = address.address;
    this.port = address.port;
    this.connections = state.connections;
    this.signal = state.closing.signal;
    this.#server = server;
    this.#sockets = state.sockets;
    this.#closing = state.closing;
  }

  /**
   * @param server a TCP, TLS, HTTP or HTTPS server that does not listen yet
   * @param options `port` 0, the default, picks a free one; `onConnection` sees each raw socket
   * first and may destroy it
   */
  static async listen(server: Server, options: ListenOptions = {}): Promise<FleetServer> {
    const { host = LOOPBACK, port = 0, onConnection } = options;
    const state: ServerState = {
      connections: [],
      sockets: new Set(),
      closing: new AbortController(),
    };
    server.prependListener('connection', (socket: Socket) => {
      track(state.sockets, socket);
      state.connections.push({
        address: socket.remoteAddress ?? '',
        port: socket.remotePort ?? 0,
      });
      onConnection?.(socket);
    });
    // A peer that breaks the TLS handshake ends its connection, not the server.
    server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
    server.listen(port, host);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
    return new FleetServer(server, address, state);
  }

  /** Makes the server own a socket that it opened itself, towards a target. */
  track(socket: Socket): void {
    track(this.#sockets, socket);
  }

  /** Stops listening and destroys every connection. Safe to call twice. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** How `FleetServer.listen` listens. */
export interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
  readonly onConnection?: (socket: Socket) => void;
}

interface ServerState {
  readonly connections: RemoteEndpoint[];
  readonly sockets: Set<Socket>;
  readonly closing: AbortController;
}

function track(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  // Either side often resets; the pair is torn down on close.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => sockets.delete(socket));
}
