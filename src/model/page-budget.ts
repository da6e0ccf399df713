/**
 * The most bytes of a page, as they count in Lambda's answer. An answer may have 6 MB, headers and
 * all ("Lambda quotas": invocation payload, synchronous).
 */
const MAX_PAGE_BYTES = 5 * 1024 * 1024;

/** Decides how many entries a page has: so many, as long as they fit Lambda's answer. */
export class PageBudget {
  #entriesLeft: number;
  #bytesLeft: number;
  #isEmpty = true;

  /** @param entries the most entries; `maxBytes` @default 5 MiB */
  constructor(entries: number, maxBytes = MAX_PAGE_BYTES) {
    this.#entriesLeft = entries;
    this.#bytesLeft = maxBytes;
  }

  /** How many more entries the page may have, whatever their size. */
  get entriesLeft(): number {
    return this.#entriesLeft;
  }

  /** Whether the page takes one more entry; when it does not, it is full. The first always fits. */
  takes(entry: unknown): boolean {
    this.#entriesLeft -= 1;
    // The body is JSON, or CSV, which is shorter, within the JSON of Lambda's answer.
    this.#bytesLeft -= Buffer.byteLength(JSON.stringify(JSON.stringify(entry)));
    const fits = this.#entriesLeft >= 0 && this.#bytesLeft >= 0;
    if (fits || this.#isEmpty) {
      this.#isEmpty = false;
      return true;
    }
    this.#entriesLeft = 0;
    return false;
  }
}
