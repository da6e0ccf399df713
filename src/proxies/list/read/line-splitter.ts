/** The longest line that is read, in bytes of UTF-8, without its line end. */
export const MAX_LINE_BYTES = 4096;
/** The longest line of NDJSON, bytes: login and labels at their limits, with their escapes. */
export const MAX_NDJSON_LINE_BYTES = 32_768;

/**
 * Cuts text that arrives in chunks into lines (LF or CRLF). It keeps only as much of an overlong
 * line as shows that it is one.
 */
export class LineSplitter {
  /** The most UTF-16 units kept of a line: one over the limit, and a CR. */
  readonly #keptUnits: number;
  #carry = '';

  constructor(maxLineBytes: number) {
    this.#keptUnits = maxLineBytes + 2;
  }

  /** The lines that end in this chunk. */
  *push(chunk: string): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      if (this.#carry === '') {
        yield withoutCr(chunk.slice(start, Math.min(end, start + this.#keptUnits)));
      } else {
        this.#keep(chunk, start, end);
        yield withoutCr(this.#carry);
        this.#carry = '';
      }
      start = end + 1;
    }
    this.#keep(chunk, start, chunk.length);
  }

  /** The last line, when it has no line end. */
  *end(): Generator<string> {
    if (this.#carry !== '') yield withoutCr(this.#carry);
    this.#carry = '';
  }

  #keep(chunk: string, start: number, end: number): void {
    const room = this.#keptUnits - this.#carry.length;
    if (room > 0) this.#carry += chunk.slice(start, Math.min(end, start + room));
  }
}

/** Whether a line from the splitter is over the limit. */
export function isTooLong(line: string, maxLineBytes: number): boolean {
  if (line.length > maxLineBytes) return true;
  return line.length > maxLineBytes / 3 && Buffer.byteLength(line) > maxLineBytes;
}

function withoutCr(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
