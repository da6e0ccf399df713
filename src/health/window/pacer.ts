import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Clock } from '../../clock.ts';

/** Starts per second: to begin with, at least, at most. */
const FIRST_RATE = 500;
const MIN_RATE = 10;
const MAX_RATE = 5000;
/** The share of its time the event loop may be busy before the start rate is cut. */
const TARGET_UTILIZATION = 0.66;
/** Between two looks at the event loop, milliseconds. */
export const PERIOD_MS = 40;
/** How far back the utilisation is averaged: one long handshake is no trend. Milliseconds. */
const MEMORY_MS = 150;
/**
 * Probes start a few at a time, this often: each wakes the processor, the proxy and their caches
 * several times, and those that go together share it. They wait half as long for it on average.
 * Milliseconds.
 */
const QUANTUM_MS = 4;
/** Starts missed this long ago at most are made up for, milliseconds. */
const CATCH_UP_MS = 2 * QUANTUM_MS;
/** How far one look may move the rate, as factors. */
const SHARPEST_CUT = 0.5;
const STEEPEST_RISE = 1.1;
/**
 * Where it is the limit in flight that holds probes back, the rate follows what was reached, a
 * little below: else they would start in the waves in which the ones before them end.
 */
const BELOW_REACHED = 0.95;

/** How busy the event loop has been since an earlier reading, or since it began. */
export type UtilizationProbe = (since?: EventLoopUtilization) => EventLoopUtilization;

/**
 * Steers how many probes start per second, so that a busy checker is never read as a slow proxy:
 * above a utilisation of two thirds the rate is cut, below it rises while anybody waits for it. It has no timer
 * of its own; it looks at the event loop when it is asked.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #readUtilization: UtilizationProbe;
  #rate = FIRST_RATE;
  /** Starts that may be made now; a fraction is kept. */
  #credit = 1;
  #creditedAt: number;
  #lookedAt: number;
  #reading: EventLoopUtilization;
  #utilization = 0;
  #startsSinceLook = 0;
  #held = false;

  constructor(clock: Clock, readUtilization: UtilizationProbe) {
    this.#clock = clock;
    this.#readUtilization = readUtilization;
    this.#creditedAt = clock.monotonic();
    this.#lookedAt = this.#creditedAt;
    this.#reading = readUtilization();
  }

  get ratePerSecond(): number {
    return this.#rate;
  }

  /** Milliseconds until the next probe may start; 0: now, and it is taken to. */
  take(): number {
    const now = this.#clock.monotonic();
    if (now - this.#lookedAt >= PERIOD_MS) this.#steer(now);
    const elapsedMs = now - this.#creditedAt;
    if (elapsedMs >= QUANTUM_MS) {
      const most = Math.max(1, (CATCH_UP_MS * this.#rate) / 1000);
      this.#credit = Math.min(most, this.#credit + (elapsedMs * this.#rate) / 1000);
      this.#creditedAt = now;
    }
    if (this.#credit >= 1) {
      this.#credit--;
      this.#startsSinceLook++;
      return 0;
    }
    this.#held = true;
    const lackingMs = ((1 - this.#credit) * 1000) / this.#rate;
    return Math.max(1, Math.ceil(this.#creditedAt + Math.max(QUANTUM_MS, lackingMs) - now));
  }

  #steer(now: number): void {
    const { utilization } = this.#readUtilization(this.#reading);
    this.#reading = this.#readUtilization();
    const weight = 1 - Math.exp((this.#lookedAt - now) / MEMORY_MS);
    this.#utilization += weight * (utilization - this.#utilization);
    const reached = (this.#startsSinceLook * 1000) / (now - this.#lookedAt);
    this.#lookedAt = now;
    this.#startsSinceLook = 0;
    const factor = TARGET_UTILIZATION / Math.max(this.#utilization, 0.01);
    if (factor < 1) this.#rate = Math.max(MIN_RATE, this.#rate * Math.max(SHARPEST_CUT, factor));
    else if (this.#held) {
      this.#rate = Math.min(MAX_RATE, this.#rate * Math.min(STEEPEST_RISE, factor));
    } else {
      this.#rate = Math.min(this.#rate, Math.max(FIRST_RATE, reached * BELOW_REACHED));
    }
    this.#held = false;
  }
}
