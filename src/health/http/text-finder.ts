/** Looks for a text in bytes that come in pieces, up to a limit. */
export class TextFinder {
  readonly #text: Buffer;
  #room: number;
  /** The end of what was looked at, in which the text may have begun. */
  #tail: Buffer = Buffer.alloc(0);
  #isFound = false;

  /** @param maxBytes most bytes that are looked at */
  constructor(text: Buffer, maxBytes: number) {
    this.#text = text;
    this.#room = maxBytes;
  }

  get isFound(): boolean {
    return this.#isFound;
  }

  /** True when no further byte is looked at. */
  get isDone(): boolean {
    return this.#isFound || this.#room <= 0;
  }

  /** Looks at the next piece, of which it keeps only copies. */
  look(piece: Buffer): void {
    if (this.isDone) return;
    const seen = Buffer.concat([this.#tail, piece.subarray(0, this.#room)]);
    this.#room -= piece.length;
    this.#isFound = seen.includes(this.#text);
    this.#tail = seen.subarray(Math.max(0, seen.length - this.#text.length + 1));
  }
}
