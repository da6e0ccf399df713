import type { Socket } from 'node:net';
import { HeadBuffer } from '../http/head-buffer.ts';
import { MAX_PROXY_HEAD_BYTES } from '../http/reply-head.ts';
import { ProbeFailure } from '../probe-failure.ts';

interface Wanted {
  readonly done: (head: Buffer) => void;
  readonly failed: (failure: ProbeFailure) => void;
}

/**
 * Reads the header blocks of a proxy's replies off a socket, before the connection becomes the
 * target's. It reads one block at a time and fails when one is too long to hold.
 */
export class SocketReader {
  readonly #socket: Socket;
  readonly #buffer = new HeadBuffer(MAX_PROXY_HEAD_BYTES);
  #wanted: Wanted | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#receive);
  }

  /**
   * Reads the next header block with the empty line that ends it.
   *
   * @throws {ProbeFailure} `header_overflow` when the block is too long; `protocol_error` as soon
   * as the bytes cannot be an HTTP/1 reply
   */
  readHead(): Promise<Buffer> {
    return new Promise((done, failed) => {
      this.#wanted = { done, failed };
      this.#deliver();
    });
  }

  /** Stops reading, leaves the socket paused, and returns the bytes after the last block read. */
  release(): Buffer {
    this.#socket.off('data', this.#receive);
    this.#socket.pause();
    return this.#buffer.rest();
  }

  readonly #receive = (chunk: Buffer): void => {
    this.#buffer.add(chunk);
    this.#deliver();
  };

  #deliver(): void {
    const wanted = this.#wanted;
    if (!wanted) return;
    const head = this.#buffer.take();
    if (head === null) return;
    this.#wanted = null;
    if (typeof head === 'string') wanted.failed(new ProbeFailure(head));
    else wanted.done(head);
  }
}
