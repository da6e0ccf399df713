import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Where a server of the fleet listens unless told otherwise. */
export const LOOPBACK = '127.0.0.1';

/** One end of a TCP connection. */
export interface RemoteEndpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * Listens on loopback and owns every socket that belongs to the server, so that `close()` leaves
 * neither a listener nor a connection behind.
 */
export class FleetServer {
  readonly host: string;
  readonly port: number;
  /** The far ends of all connections accepted so far, in order. */
  readonly connections: RemoteEndpoint[];
  /** Aborts when the server closes; waits inside the server end with it. */
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
   * @param server any TCP, TLS, HTTP or HTTPS server that does not listen yet
   * @param options `port` 0 picks a free one (the default); `onConnection` sees each raw socket
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
    // A peer that breaks the TLS handshake is that connection's end, not the server's.
    server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
    server.listen(port, host);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
    return new FleetServer(server, address, state);
  }

  /** Makes the server own a socket it opened itself (towards a target). */
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
  // Resets by either side are everyday events here; the pair is torn down on close.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => sockets.delete(socket));
}
