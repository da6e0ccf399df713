import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { ProxyContext } from './proxy-server.ts';

/** One caller of a SOCKS proxy and the means to serve it. */
export interface SocksSession extends ProxyContext {
  readonly client: Socket;
  readonly reader: ByteReader;
}

/** The longest zero-terminated field that is accepted: a SOCKS4a name or user id. */
const MAX_STRING_BYTES = 255;

/**
 * Reads a handshake piece by piece and takes only the bytes asked for, so that the bytes after it
 * stay in the socket for the tunnel.
 */
export class ByteReader {
  readonly #socket: Socket;
  readonly #signal: AbortSignal;

  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
  }

  /** Reads exactly `length` bytes; rejects when the peer ends first. */
  async bytes(length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    for (;;) {
      const piece: Buffer | null = this.#socket.read(length);
      if (piece?.length === length) return piece;
      if (piece !== null || this.#socket.readableEnded || this.#socket.destroyed) {
        throw new Error('the caller left during the handshake');
      }
      await this.#more();
    }
  }

  async byte(): Promise<number> {
    return (await this.bytes(1)).readUInt8(0);
  }

  /** Reads a string whose length is in the byte before it. */
  async counted(): Promise<string> {
    return (await this.bytes(await this.byte())).toString('utf8');
  }

  /** Reads a string up to a zero byte. */
  async zeroTerminated(): Promise<string> {
    const bytes: number[] = [];
    for (let byte = await this.byte(); byte !== 0; byte = await this.byte()) {
      if (bytes.push(byte) > MAX_STRING_BYTES)
        throw new Error('a field of the handshake is too long');
    }
    return Buffer.from(bytes).toString('utf8');
  }

  async #more(): Promise<void> {
    const settled = new AbortController();
    const signal = AbortSignal.any([this.#signal, settled.signal]);
    try {
      await Promise.race(
        ['readable', 'end', 'close'].map((event) => once(this.#socket, event, { signal })),
      );
    } finally {
      settled.abort();
    }
  }
}
