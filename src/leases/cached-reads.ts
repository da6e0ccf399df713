import type { Clock } from '../clock.ts';

/** How long a read is believed without reading again, milliseconds. */
const MAX_AGE_MS = 30_000;

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly readAt: number;
}

/** Reads by key, each at most every 30 seconds, by one caller for all; failures are not kept. */
export class CachedReads<Value> {
  readonly #read: (key: string) => Promise<Value>;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(clock: Clock, read: (key: string) => Promise<Value>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Up to 30 seconds old. */
  get(key: string): Promise<Value> {
    const known = this.#entries.get(key);
    const now = this.#clock.monotonic();
    return known && now - known.readAt < MAX_AGE_MS ? known.value : this.refresh(key);
  }

  /** As it is now. */
  refresh(key: string): Promise<Value> {
    const entry = { value: this.#read(key), readAt: this.#clock.monotonic() };
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }
}
