import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerCertificate } from './certificates.ts';
import type { RemoteEndpoint } from './loopback-server.ts';

/** Where a caller asked to be connected to; `host` may be a name. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** A proxy's way out: it dials targets, remembers from where, and joins both sides. */
export class Egress {
  readonly #opened = new Set<string>();
  readonly #own: (socket: Socket) => void;
  readonly #impostor: Impostor | null;

  /** `own` is told of each socket opened; `interceptWith` makes every tunnel end right here. */
  constructor(options: {
    readonly own: (socket: Socket) => void;
    readonly interceptWith?: ServerCertificate | undefined;
  }) {
    this.#own = options.own;
    this.#impostor = options.interceptWith ? new Impostor(options.interceptWith) : null;
  }

  /** Whether a connection that a target saw coming from there is one of ours. */
  hasOpened({ address, port }: RemoteEndpoint): boolean {
    return this.#opened.has(`${address} ${port}`);
  }

  /** Connects to a destination. Rejects with the system's error, or when `signal` aborts. */
  async dial({ host, port }: Destination, signal: AbortSignal): Promise<Socket> {
    const socket = connect({ host, port });
    this.#own(socket);
    await once(socket, 'connect', { signal });
    this.#opened.add(`${socket.localAddress} ${socket.localPort}`);
    return socket;
  }

  /**
   * Dials, lets `confirm` tell the caller, then passes bytes both ways. An intercepting proxy
   * confirms without dialing and answers in the target's place.
   */
  async tunnel(
    client: Duplex,
    destination: Destination,
    { confirm, signal }: { readonly confirm: () => void; readonly signal: AbortSignal },
  ): Promise<void> {
    if (this.#impostor) {
      confirm();
      this.#impostor.serve(client);
      return;
    }
    const upstream = await this.dial(destination, signal);
    confirm();
    join(client, upstream);
  }
}

/** Ends TLS in the target's place and answers every request itself. */
class Impostor {
  readonly #server: Server;

  constructor({ certPem: cert, keyPem: key }: ServerCertificate) {
    this.#server = createServer({ cert, key }, (_request, response) => {
      response.end('read by the proxy\n');
    });
    // A caller that rejects the certificate breaks off here, which is the point.
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /** Injects a connection the way `tls.Server` documents; the server itself never listens. */
  serve(client: Duplex): void {
    this.#server.emit('connection', client);
  }
}

/** Passes bytes both ways until either side is done; neither outlives the other. */
function join(left: Duplex, right: Duplex): void {
  left.pipe(right);
  right.pipe(left);
  left.once('close', () => right.destroy());
  right.once('close', () => left.destroy());
}
