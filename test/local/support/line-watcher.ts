/** Collects lines and lets a test wait for some of them, past or future. */
export class LineWatcher {
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  readonly add = (line: string): void => {
    this.lines.push(line);
    for (const wake of this.#waiting) wake();
  };

  /** Waits for the first `count` lines that fit; the test's own timeout bounds the wait. */
  async waitFor(fits: (line: string) => boolean, count = 1): Promise<string[]> {
    for (;;) {
      const found = this.lines.filter(fits);
      if (found.length >= count) return found.slice(0, count);
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}
