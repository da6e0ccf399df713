import type { Socket } from 'node:net';
import { ProbeFailure } from '../probe-failure.ts';
import { HeadBuffer } from './head-buffer.ts';
import { MAX_INTERIM, parseHead, type ReplyHead, SWITCHING_PROTOCOLS } from './reply-head.ts';

interface Wanted {
  readonly done: (head: Buffer) => void;
  readonly failed: (failure: ProbeFailure) => void;
}

/** Reads the header blocks of replies off a socket, one at a time. */
export class SocketReader {
  readonly #socket: Socket;
  readonly #buffer: HeadBuffer;
  #wanted: Wanted | null = null;

  /** @param maxHeadBytes the longest header block that is held */
  constructor(socket: Socket, maxHeadBytes: number) {
    this.#socket = socket;
    this.#buffer = new HeadBuffer(maxHeadBytes);
    // What read before may have left it paused, and a listener alone does not wake it.
    socket.on('data', this.#receive).resume();
  }

  /**
   * Reads the next reply's header, past the interim ones (1xx) before it.
   *
   * @throws {ProbeFailure} `header_overflow` when a block is too long; `protocol_error` as soon as
   * the bytes cannot be an HTTP/1 reply
   */
  async readReply(): Promise<ReplyHead> {
    for (let interim = 0; interim <= MAX_INTERIM; interim++) {
      const reply = parseHead(await this.#readHead());
      if (reply === null || reply.statusCode === SWITCHING_PROTOCOLS) break;
      if (reply.statusCode >= 200) return reply;
    }
    throw new ProbeFailure('protocol_error');
  }

  /** Reads the next header block with the empty line that ends it. */
  #readHead(): Promise<Buffer> {
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
