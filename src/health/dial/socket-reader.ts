import type { Socket } from 'node:net';
import { ProbeFailure } from '../probe-failure.ts';

/** Bytes of one reply's header at most; Node's own limit (`--max-http-header-size`) is the same. */
export const MAX_HEAD_BYTES = 16 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/** Tells how many of the buffered bytes are wanted; -1 when more must come to know. */
type Measure = (buffered: Buffer) => number;

/**
 * Reads exact amounts off a socket, never holding more than one header's worth: replies of proxies
 * before the connection becomes the target's. One read at a time.
 */
export class SocketReader {
  readonly #socket: Socket;
  #buffered: Buffer = EMPTY;
  #wanted: {
    measure: Measure;
    done: (bytes: Buffer) => void;
    failed: (e: unknown) => void;
  } | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#receive);
  }

  /** The next `count` bytes, at most 16 KiB. */
  readBytes(count: number): Promise<Buffer> {
    return this.#read(() => count);
  }

  /**
   * The next header block with the empty line that ends it. Lines may end in a bare LF, as RFC
   * 9112, section 2.2, lets a recipient accept.
   *
   * @throws ProbeFailure `header_overflow`
   */
  readHead(): Promise<Buffer> {
    return this.#read(endOfHead);
  }

  /** Stops reading, leaves the socket paused, and returns what nobody asked for. */
  release(): Buffer {
    this.#socket.off('data', this.#receive);
    this.#socket.pause();
    return this.#buffered;
  }

  #read(measure: Measure): Promise<Buffer> {
    return new Promise((done, failed) => {
      this.#wanted = { measure, done, failed };
      this.#deliver();
    });
  }

  readonly #receive = (chunk: Buffer): void => {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    this.#deliver();
  };

  #deliver(): void {
    const wanted = this.#wanted;
    if (!wanted) return;
    const count = wanted.measure(this.#buffered);
    if (Math.max(count, count < 0 ? this.#buffered.length : 0) > MAX_HEAD_BYTES) {
      this.#wanted = null;
      wanted.failed(new ProbeFailure('header_overflow'));
    } else if (count >= 0 && this.#buffered.length >= count) {
      this.#wanted = null;
      const bytes = this.#buffered.subarray(0, count);
      this.#buffered = this.#buffered.subarray(count);
      wanted.done(bytes);
    }
  }
}

/** The index behind the empty line that ends a header block, or -1. */
function endOfHead(bytes: Buffer): number {
  let lineFeed = bytes.indexOf(LF);
  while (lineFeed >= 0) {
    const next = bytes[lineFeed + 1];
    if (next === LF) return lineFeed + 2;
    if (next === CR && bytes[lineFeed + 2] === LF) return lineFeed + 3;
    lineFeed = bytes.indexOf(LF, lineFeed + 1);
  }
  return -1;
}
