import type { Clock } from '../clock.ts';

/** How long a value is used before it is read again, milliseconds. */
const MAX_AGE_MS = 30_000;

/** How long a value that was read because of a doubt settles further doubts, milliseconds. */
const DOUBTED_AGE_MS = 3000;

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly readAt: number;
  /** True when it was read because of a doubt. */
  readonly doubted: boolean;
}

/**
 * Reads by key, each made at most every 30 seconds and shared by all callers. Keeps neither
 * failures nor values that are out of date.
 */
export class CachedReads<Value> {
  readonly #read: (key: string) => Promise<Value>;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(clock: Clock, read: (key: string) => Promise<Value>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** How many keys have a value. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value, up to 30 seconds old. */
  get(key: string): Promise<Value> {
    const known = this.#entries.get(key);
    return known && this.#isYounger(known, MAX_AGE_MS) ? known.value : this.refresh(key);
  }

  /**
   * The current value, for a caller that doubts the known one. Reads at most every 3 seconds, so
   * that doubts raised on purpose do not cause reads without end.
   */
  doubt(key: string): Promise<Value> {
    const known = this.#entries.get(key);
    const settled = known?.doubted && this.#isYounger(known, DOUBTED_AGE_MS);
    return settled ? known.value : this.refresh(key, true);
  }

  /** Reads the current value. */
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
