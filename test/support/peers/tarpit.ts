import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createProxy, type Proxy } from '../../../src/proxies/proxy.ts';
import { TEST_SALT } from '../factories.ts';

/** Accepts every connection on every loopback address and never answers. */
export class Tarpit {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.resume();
    socket.on('close', () => this.#sockets.delete(socket));
  });

  async start(): Promise<void> {
    this.#server.listen(0, '0.0.0.0');
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Makes `count` proxies, each on its own loopback address. */
  proxies(count: number): Proxy[] {
    return Array.from({ length: count }, (_, index) => {
      const host = `127.0.${Math.floor(index / 250)}.${(index % 250) + 1}`;
      return createProxy({ protocol: 'http', host, port: this.port }, TEST_SALT);
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
