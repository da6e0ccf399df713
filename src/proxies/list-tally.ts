import type { ListEntry } from './list-entry.ts';

/** How many entries of a list had each outcome; `read` is their sum. */
export interface ListCounts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly read: number;
}

/** The most names that a tally remembers: a list may have as many keys as entries. */
const MAX_IGNORED_COLUMNS = 100;

/** Counts the entries of a list as they pass. */
export class ListTally {
  readonly #ignoredColumns = new Set<string>();
  readonly #counts = { accepted: 0, duplicate: 0, skipped: 0, rejected: 0 };

  /** Counts one entry. */
  add(entry: ListEntry): void {
    this.#counts[entry.kind] += 1;
    if (entry.kind !== 'accepted' || !entry.ignored) return;
    for (const name of entry.ignored) {
      if (this.#ignoredColumns.size < MAX_IGNORED_COLUMNS) this.#ignoredColumns.add(name);
    }
  }

  /** The columns, keys and kinds of cells of which nothing was kept so far; the first 100. */
  get ignoredColumns(): readonly string[] {
    return [...this.#ignoredColumns];
  }

  /** The counts so far. */
  get counts(): ListCounts {
    const { accepted, duplicate, skipped, rejected } = this.#counts;
    return { ...this.#counts, read: accepted + duplicate + skipped + rejected };
  }
}
