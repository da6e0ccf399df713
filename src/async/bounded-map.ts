/** A map that forgets its oldest entry to make room for a new one. */
export class BoundedMap<Key, Value> {
  readonly #limit: number;
  readonly #entries = new Map<Key, Value>();

  /** @param limit the most entries it keeps */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  /** The entries, the oldest first. */
  entries(): MapIterator<[Key, Value]> {
    return this.#entries.entries();
  }

  /** An entry that is set again becomes the newest one. */
  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    const oldest = this.#entries.size >= this.#limit ? this.#entries.keys().next() : undefined;
    if (oldest && !oldest.done) this.#entries.delete(oldest.value);
    this.#entries.set(key, value);
  }
}
