import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerCertificate } from './certificates.ts';
import type { RemoteEndpoint } from './fleet-server.ts';

/** The endpoint a caller asks to reach; `host` may be a name. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** A proxy's way out: it dials targets, remembers its own ends, and joins both sides. */
export class Egress {
  readonly #opened = new Set<string>();
  readonly #own: (socket: Socket) => void;
  readonly #impostor: Impostor | null;

  /** `own` receives each socket that is opened; with `interceptWith` every tunnel ends here. */
  constructor(options: {
    readonly own: (socket: Socket) => void;
    readonly interceptWith?: ServerCertificate | undefined;
  }) {
    this.#own = options.own;
    this.#impostor = options.interceptWith ? new Impostor(options.interceptWith) : null;
  }

  /** Whether this egress opened the connection that a target saw coming from there. */
  hasOpened({ address, port }: RemoteEndpoint): boolean {
    return this.#opened.has(`${address} ${port}`);
  }

  /** Connects to a destination; rejects with the system's error, or when `signal` aborts. */
  async dial({ host, port }: Destination, signal: AbortSignal): Promise<Socket> {
    const socket = connect({ host, port });
    this.#own(socket);
    await once(socket, 'connect', { signal });
    this.#opened.add(`${socket.localAddress} ${socket.localPort}`);
    return socket;
  }

  /**
   * Dials, calls `confirm` to answer the caller, then passes bytes both ways. An intercepting proxy
   * confirms without dialing and answers in place of the target.
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

/** Ends TLS in place of the target and answers every request itself. */
class Impostor {
  readonly #server: Server;

  constructor({ certPem: cert, keyPem: key }: ServerCertificate) {
    this.#server = createServer({ cert, key }, (_request, response) => {
      response.end('read by the proxy\n');
    });
    // A caller that rejects the certificate breaks off here, as it should.
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /** Injects a connection as `tls.Server` documents; the server itself never listens. */
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
