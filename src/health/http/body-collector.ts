/** Collects a body up to a limit. */
export class BodyCollector {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  /** @param limit bytes kept at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Copies what still fits; true when the limit is reached. The chunk is the parser's to reuse. */
  add(chunk: Buffer): boolean {
    const room = this.#limit - this.#length;
    const kept = Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(kept);
    this.#length += kept.length;
    return this.#length >= this.#limit;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
