/** Counts the probes that have begun and have no result yet. */
export class ProbeBacklog {
  #size = 0;
  #waiting: { readonly limit: number; readonly resolve: () => void } | null = null;

  add(probes: number): void {
    this.#size += probes;
  }

  remove(probes: number): void {
    this.#size -= probes;
    if (this.#waiting && this.#size < this.#waiting.limit) {
      this.#waiting.resolve();
      this.#waiting = null;
    }
  }

  /** Waits until fewer than `limit` are left. For one caller at a time. */
  below(limit: number): Promise<void> {
    if (this.#size < limit) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { limit, resolve };
    return promise;
  }
}
