import { setImmediate as turn } from 'node:timers/promises';
import type { Wait } from '../../../src/async/wait-for.ts';
import type { FakeClock } from './fake-clock.ts';

interface Pending {
  readonly dueAt: number;
  readonly settle: () => void;
}

/** Makes waits that end as it advances a fake clock. */
export class FakeScheduler {
  readonly #clock: FakeClock;
  readonly #pending = new Set<Pending>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** How many waits are pending. */
  get waiting(): number {
    return this.#pending.size;
  }

  readonly wait: Wait = (ms, signal) =>
    new Promise((resolve) => {
      const settle = () => {
        this.#pending.delete(pending);
        signal.removeEventListener('abort', settle);
        resolve();
      };
      const pending = { dueAt: this.#clock.monotonic() + ms, settle };
      if (signal.aborted) return resolve();
      this.#pending.add(pending);
      signal.addEventListener('abort', settle, { once: true });
    });

  /** Lets time pass; every wait that comes due ends in its turn. */
  async advance(ms: number): Promise<void> {
    const until = this.#clock.monotonic() + ms;
    await turn();
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#clock.advance(Math.max(0, next.dueAt - this.#clock.monotonic()));
      next.settle();
      await turn();
    }
    this.#clock.advance(until - this.#clock.monotonic());
  }

  #next(until: number): Pending | undefined {
    const due = [...this.#pending].filter(({ dueAt }) => dueAt <= until);
    return due.sort((a, b) => a.dueAt - b.dueAt)[0];
  }
}
