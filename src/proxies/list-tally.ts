import type { ListEntry } from './list-entry.ts';

/** How many entries of a list had each outcome; `read` is their sum. */
export interface ListCounts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly read: number;
}

/** Counts the entries of a list as they pass. */
export class ListTally {
  readonly #counts = { accepted: 0, duplicate: 0, skipped: 0, rejected: 0 };

  /** Counts one entry. */
  add(entry: ListEntry): void {
    this.#counts[entry.kind] += 1;
  }

  /** The counts so far. */
  get counts(): ListCounts {
    const { accepted, duplicate, skipped, rejected } = this.#counts;
    return { ...this.#counts, read: accepted + duplicate + skipped + rejected };
  }
}
