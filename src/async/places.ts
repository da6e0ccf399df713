/** A number of places that tasks share. A task that finds none free waits: first come, first served. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count how many tasks may run at once, 1 or more */
  constructor(count: number) {
    this.#free = count;
  }

  /** Runs a task as soon as there is a place for it, and gives the place back when it has ended. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
