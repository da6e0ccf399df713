import type { Clock } from '../../../src/clock.ts';

/** The time at which a `FakeClock` starts. */
export const TEST_TIME = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A clock that moves only when a test moves it. */
export class FakeClock implements Clock {
  #now: number;
  #monotonic = 0;

  constructor(now = TEST_TIME) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
  }

  /** Sets the wall clock, as an operator or NTP does; no time passes. */
  setWallClock(now: number): void {
    this.#now = now;
  }
}
