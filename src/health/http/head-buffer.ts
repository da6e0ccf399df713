import type { FailureCode } from '../failure.ts';
import { beginsStatusLine } from './reply-head.ts';

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/**
 * Collects what a peer sends until a header is whole. Each byte is copied and looked at a bounded
 * number of times, however small the pieces are that it comes in.
 */
export class HeadBuffer {
  readonly #maxBytes: number;
  #bytes: Buffer = EMPTY;
  #length = 0;
  /** Where the search for the end goes on. */
  #searched = 0;

  /** @param maxBytes the longest header, from its status line on */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (this.#length === 0) {
      this.#bytes = chunk;
    } else {
      if (length > this.#bytes.length) {
        const grown = Buffer.allocUnsafe(2 * length);
        this.#bytes.copy(grown, 0, 0, this.#length);
        this.#bytes = grown;
      }
      chunk.copy(this.#bytes, this.#length);
    }
    this.#length = length;
  }

  /**
   * Takes the header that the bytes begin with, and the empty line that ends it. Lines may end in a
   * bare LF, which RFC 9112, section 2.2, lets a recipient accept.
   *
   * @returns null while it has not ended; a failure as soon as the bytes can be no such header
   */
  take(): Buffer | FailureCode | null {
    const bytes = this.rest();
    if (!beginsStatusLine(bytes)) return 'protocol_error';
    const end = endOfHead(bytes, this.#searched);
    if ((end ?? bytes.length) > this.#maxBytes) return 'header_overflow';
    if (end === null) {
      this.#searched = Math.max(0, bytes.length - 2);
      return null;
    }
    this.#bytes = this.#bytes.subarray(end);
    this.#length -= end;
    this.#searched = 0;
    return bytes.subarray(0, end);
  }

  /** The bytes after the last header taken. */
  rest(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** The index after the empty line that ends a header block; null when it has not ended. */
function endOfHead(bytes: Buffer, from: number): number | null {
  // Plain steps: each look-up by Node's `indexOf` costs more than a line is long.
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] !== LF) continue;
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return null;
}
