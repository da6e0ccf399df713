import type { Socket } from 'node:net';
import type { FailureCode } from '../failure.ts';
import { beginsStatusLine, MAX_HEAD_BYTES } from '../http/status-line.ts';
import { ProbeFailure } from '../probe-failure.ts';

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/** The size of a header block that has not ended yet. */
const MORE = -1;

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
  #buffered: Buffer = EMPTY;
  #wanted: Wanted | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#receive);
  }

  /**
   * Reads the next header block with the empty line that ends it. Lines may end in a bare LF, which
   * RFC 9112, section 2.2, lets a recipient accept.
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
    return this.#buffered;
  }

  readonly #receive = (chunk: Buffer): void => {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    this.#deliver();
  };

  #deliver(): void {
    const wanted = this.#wanted;
    if (!wanted) return;
    const size = measureHead(this.#buffered);
    if (size === MORE) return;
    this.#wanted = null;
    if (typeof size === 'string') {
      wanted.failed(new ProbeFailure(size));
    } else {
      const head = this.#buffered.subarray(0, size);
      this.#buffered = this.#buffered.subarray(size);
      wanted.done(head);
    }
  }
}

/** The size of the header block that the bytes begin with, `MORE`, or why they begin with none. */
function measureHead(buffered: Buffer): number | FailureCode {
  if (!beginsStatusLine(buffered)) return 'protocol_error';
  const end = endOfHead(buffered);
  const atLeast = end === MORE ? buffered.length : end;
  return atLeast > MAX_HEAD_BYTES ? 'header_overflow' : end;
}

/** The index after the empty line that ends a header block, or `MORE`. */
function endOfHead(bytes: Buffer): number {
  let lineFeed = bytes.indexOf(LF);
  while (lineFeed >= 0) {
    const next = bytes[lineFeed + 1];
    if (next === LF) return lineFeed + 2;
    if (next === CR && bytes[lineFeed + 2] === LF) return lineFeed + 3;
    lineFeed = bytes.indexOf(LF, lineFeed + 1);
  }
  return MORE;
}
