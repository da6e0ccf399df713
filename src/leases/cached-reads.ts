import type { Clock } from '../clock.ts';

/** How long a read is believed without reading again, milliseconds. */
const MAX_AGE_MS = 30_000;

/** How soon a doubt leads to another read than the last doubt did, milliseconds. */
const DOUBTED_AGE_MS = 3000;

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly readAt: number;
  /** It was read because of a doubt. */
  readonly doubted: boolean;
}

/**
 * Reads by key, each at most every 30 seconds, by one caller for all; failures are not kept, nor is
 * what is out of date.
 */
export class CachedReads<Value> {
  readonly #read: (key: string) => Promise<Value>;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(clock: Clock, read: (key: string) => Promise<Value>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Keys of which something is kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** Up to 30 seconds old. */
  get(key: string): Promise<Value> {
    const known = this.#entries.get(key);
    return known && this.#isYounger(known, MAX_AGE_MS) ? known.value : this.refresh(key);
  }

  /**
   * For who doubts what is known: as it is now, but at most every 3 seconds, so that whoever can
   * raise doubts cannot have it read without end.
   */
  doubt(key: string): Promise<Value> {
    const known = this.#entries.get(key);
    const settled = known?.doubted && this.#isYounger(known, DOUBTED_AGE_MS);
    return settled ? known.value : this.refresh(key, true);
  }

  /** As it is now. */
  refresh(key: string, doubted = false): Promise<Value> {
    this.#forgetStale();
    const entry = { value: this.#read(key), readAt: this.#clock.monotonic(), doubted };
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }

  #forgetStale(): void {
    for (const [key, entry] of this.#entries) {
      if (!this.#isYounger(entry, MAX_AGE_MS)) this.#entries.delete(key);
    }
  }

  #isYounger({ readAt }: Entry<Value>, ageMs: number): boolean {
    return this.#clock.monotonic() - readAt < ageMs;
  }
}
