import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Clock } from '../../clock.ts';

/** Starts per second: to begin with, at least, at most. */
const FIRST_RATE = 500;
const MIN_RATE = 10;
const MAX_RATE = 5000;
/** The share of its time the event loop may be busy before the start rate is cut. */
const TARGET_UTILIZATION = 0.6;
/** Between two looks at the event loop, milliseconds. */
export const PERIOD_MS = 40;
/** How far back the utilisation is averaged: one long handshake is no trend. Milliseconds. */
const MEMORY_MS = 150;
/** Starts missed this long ago at most are made up for, milliseconds. */
const CATCH_UP_MS = 10;
/** How far one look may move the rate, as factors. */
const SHARPEST_CUT = 0.5;
const STEEPEST_RISE = 1.2;

/** How busy the event loop has been since an earlier reading, or since it began. */
export type UtilizationProbe = (since?: EventLoopUtilization) => EventLoopUtilization;

/**
 * Steers how many probes start per second, so that a busy checker is never read as a slow proxy:
 * above a utilisation of 0.6 the rate is cut, below it rises while anybody waits. It has no timer
 * of its own; it looks at the event loop when it is asked.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #readUtilization: UtilizationProbe;
  #rate = FIRST_RATE;
  #due: number;
  #lookedAt: number;
  #reading: EventLoopUtilization;
  #utilization = 0;
  #held = false;

  constructor(clock: Clock, readUtilization: UtilizationProbe) {
    this.#clock = clock;
    this.#readUtilization = readUtilization;
    this.#due = clock.monotonic();
    this.#lookedAt = this.#due;
    this.#reading = readUtilization();
  }

  get ratePerSecond(): number {
    return this.#rate;
  }

  /** Milliseconds until the next probe may start; 0: now, and it is taken to. */
  take(): number {
    const now = this.#clock.monotonic();
    if (now - this.#lookedAt >= PERIOD_MS) this.#steer(now);
    const due = Math.max(this.#due, now - CATCH_UP_MS);
    if (due - now > 1) {
      this.#held = true;
      return Math.ceil(due - now);
    }
    this.#due = due + 1000 / this.#rate;
    return 0;
  }

  #steer(now: number): void {
    const { utilization } = this.#readUtilization(this.#reading);
    this.#reading = this.#readUtilization();
    const weight = 1 - Math.exp((this.#lookedAt - now) / MEMORY_MS);
    this.#utilization += weight * (utilization - this.#utilization);
    this.#lookedAt = now;
    const factor = TARGET_UTILIZATION / Math.max(this.#utilization, 0.01);
    if (factor < 1) this.#rate = Math.max(MIN_RATE, this.#rate * Math.max(SHARPEST_CUT, factor));
    else if (this.#held) {
      this.#rate = Math.min(MAX_RATE, this.#rate * Math.min(STEEPEST_RISE, factor));
    }
    this.#held = false;
  }
}
