import type { Clock } from '../../../src/clock.ts';

/** The instant a `FakeClock` starts at. */
export const TEST_TIME = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A clock that moves only when told to. */
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

  /** Time passes. */
  advance(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
  }

  /** The wall clock is set, as by an operator or NTP; no time passes. */
  setWallClock(now: number): void {
    this.#now = now;
  }
}
