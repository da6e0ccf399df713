import { probingTimeMs } from '../../model/batch-time.ts';
import { overheadMs, type SweepLimits } from '../../model/sweep-limits.ts';
import type { BatchWork, ProbeBacklog } from './probe-backlog.ts';

/** Tells which batches fit what is left of an invocation's time. */
export class TimeBudget {
  readonly #limits: SweepLimits;
  readonly #remainingMs: () => number;
  readonly #backlog: ProbeBacklog;

  /** @param remainingMs milliseconds until the invocation is stopped */
  constructor(limits: SweepLimits, remainingMs: () => number, backlog: ProbeBacklog) {
    this.#limits = limits;
    this.#remainingMs = remainingMs;
    this.#backlog = backlog;
  }

  /** Whether a batch and everything under way, each probe at its slowest, fit the remaining time. */
  fits(work: BatchWork): boolean {
    const probing = [...this.#backlog].filter(({ size }) => size > 0);
    return this.#neededMs([...probing, work]) <= this.#remainingMs();
  }

  /**
   * Waits until a batch fits, as probes under way end sooner than at their slowest; false as soon
   * as it would not even fit by itself any more. It waits only for work that is under way, so it
   * prolongs no invocation.
   */
  async waitUntilFits(work: BatchWork): Promise<boolean> {
    while (!this.fits(work)) {
      const spareMs = this.#remainingMs() - this.neededMs(work);
      const { size } = this.#backlog;
      if (spareMs <= 0 || size === 0) return false;
      await this.#backlogFalls(Math.max(1, size - work.maxInFlightPerHost), spareMs);
    }
    return true;
  }

  /** The longest that a batch takes by itself, milliseconds. */
  neededMs(work: BatchWork): number {
    return this.#neededMs([work]);
  }

  /** Milliseconds from now after which a batch has to stop probing. */
  probingTimeMs({ controlAfterMs }: BatchWork): number {
    return Math.max(0, this.#remainingMs() - controlAfterMs - overheadMs(this.#limits));
  }

  /** Whether writes may still wait for room: the time that is kept for them has not begun. */
  get mayWait(): boolean {
    return this.#remainingMs() > overheadMs(this.#limits);
  }

  #neededMs(works: readonly BatchWork[]): number {
    const controlBeforeMs = Math.max(...works.map((work) => work.controlBeforeMs));
    const controlAfterMs = Math.max(...works.map((work) => work.controlAfterMs));
    const probes = works.flatMap(({ pending }) => [...pending]);
    const { hosts } = this.#backlog;
    const probesMs = probingTimeMs(probes, { maxInFlight: this.#limits.maxInFlight, hosts });
    return controlBeforeMs + probesMs + controlAfterMs + overheadMs(this.#limits);
  }

  async #backlogFalls(below: number, atMostMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, atMostMs);
    try {
      await Promise.race([this.#backlog.below(below), promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
