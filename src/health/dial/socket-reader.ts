import type { Socket } from 'node:net';
import type { FailureCode } from '../failure.ts';
import { beginsStatusLine, MAX_HEAD_BYTES } from '../http/status-line.ts';
import { ProbeFailure } from '../probe-failure.ts';

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/** Tells how many of the buffered bytes are wanted: more must come to know, or they are no good. */
type Measure = (buffered: Buffer) => number | FailureCode;

/** `measure` says so when it takes more bytes to tell. */
const MORE = -1;

interface Wanted {
  readonly measure: Measure;
  readonly done: (bytes: Buffer) => void;
  readonly failed: (failure: ProbeFailure) => void;
}

/**
 * Reads exact amounts off a socket, never holding more than one header's worth: replies of proxies
 * before the connection becomes the target's. One read at a time.
 */
export class SocketReader {
  readonly #socket: Socket;
  #buffered: Buffer = EMPTY;
  #wanted: Wanted | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#receive);
  }

  /** The next `count` bytes; a few hundred at most are ever asked for. */
  readBytes(count: number): Promise<Buffer> {
    return this.#read(() => count);
  }

  /**
   * The next header block with the empty line that ends it. Lines may end in a bare LF, as RFC
   * 9112, section 2.2, lets a recipient accept.
   *
   * @throws ProbeFailure `header_overflow`; `protocol_error` as soon as it is no reply of HTTP/1
   */
  readHead(): Promise<Buffer> {
    return this.#read(measureHead);
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
    if (typeof count === 'string') {
      this.#wanted = null;
      wanted.failed(new ProbeFailure(count));
    } else if (count >= 0 && this.#buffered.length >= count) {
      this.#wanted = null;
      const bytes = this.#buffered.subarray(0, count);
      this.#buffered = this.#buffered.subarray(count);
      wanted.done(bytes);
    }
  }
}

function measureHead(buffered: Buffer): number | FailureCode {
  if (!beginsStatusLine(buffered)) return 'protocol_error';
  const end = endOfHead(buffered);
  const atLeast = end === MORE ? buffered.length : end;
  return atLeast > MAX_HEAD_BYTES ? 'header_overflow' : end;
}

/** The index behind the empty line that ends a header block, or `MORE`. */
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
