import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Clock } from '../../clock.ts';

/** What a pace is for. */
export const Pace = {
  /** Latencies are those of the proxies, to a few milliseconds. */
  steady: 'steady',
  /** The processor is used up; latencies contain the waits for it. */
  fast: 'fast',
} as const;
export type Pace = (typeof Pace)[keyof typeof Pace];

interface PaceSettings {
  /** Starts per second to begin with. */
  readonly firstRate: number;
  /** The share of its time the event loop may be busy before the start rate is cut. */
  readonly utilization: number;
  /**
   * How often probes start, a few at a time: each wakes the processor, the proxy and their caches
   * several times, and probes that start together share the wake-ups. The average wait is half as
   * long. Milliseconds.
   */
  readonly quantumMs: number;
}

const PACES: Readonly<Record<Pace, PaceSettings>> = {
  steady: { firstRate: 500, utilization: 0.77, quantumMs: 3 },
  fast: { firstRate: 1000, utilization: 0.95, quantumMs: 10 },
};

/** The lowest and the highest rate, starts per second. */
const MIN_RATE = 10;
const MAX_RATE = 10_000;
/** The time between two looks at the event loop, milliseconds. */
export const PERIOD_MS = 40;
/** How far back the utilisation is averaged: one long handshake is not a trend. Milliseconds. */
const MEMORY_MS = 150;
/** How far back missed starts are made up for, besides a quantum, milliseconds. */
const CATCH_UP_MS = 5;
/** How far one look may move the rate, as factors. */
const SHARPEST_CUT = 0.5;
const STEEPEST_RISE = 1.2;
/** The steepest rise once the limit is roughly known: it is approached in small steps. */
const CAREFUL_RISE = 1.05;
/** The share of the credit from which on the rate counts as what holds probes back. */
const NEARLY_ALL = 0.97;
/**
 * When the limit in flight holds probes back instead, the rate goes down to this share of the rate
 * reached: probes that start as others end come in waves and wait for each other.
 */
const BELOW_REACHED = 0.93;

/** Reads how busy the event loop has been since an earlier reading, or since it began. */
type UtilizationReader = (since?: EventLoopUtilization) => EventLoopUtilization;

/**
 * Steers how many probes start per second, so that a busy checker is never taken for a slow proxy.
 * Above the target utilisation the rate is cut; below it, the rate rises while it is what holds
 * probes back. The pacer has no timer; it looks at the event loop when it is asked for a start.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #readUtilization: UtilizationReader;
  readonly #settings: PaceSettings;
  #rate: number;
  /** Starts that may be made now; a fraction is kept. */
  #credit = 1;
  #creditedAt: number;
  #lookedAt: number;
  #reading: EventLoopUtilization;
  #utilization = 0;
  #reached: number;
  /** Since the last look: what was credited, what was taken of it, and whether more was wanted. */
  #credited = 0;
  #taken = 0;
  #held = false;
  #isCareful = false;
  #isLimiting = false;

  constructor(clock: Clock, readUtilization: UtilizationReader, pace: Pace = Pace.steady) {
    this.#settings = PACES[pace];
    this.#rate = this.#settings.firstRate;
    this.#reached = this.#rate;
    this.#clock = clock;
    this.#readUtilization = readUtilization;
    this.#creditedAt = clock.monotonic();
    this.#lookedAt = this.#creditedAt;
    this.#reading = readUtilization();
  }

  get ratePerSecond(): number {
    return this.#rate;
  }

  /** Whether the rate, and not the work or its limits, held probes back before the last look. */
  get isLimiting(): boolean {
    return this.#isLimiting;
  }

  /** Milliseconds until the next probe may start; 0 means now, and counts as its start. */
  take(): number {
    const now = this.#clock.monotonic();
    const { quantumMs } = this.#settings;
    if (now - this.#lookedAt >= PERIOD_MS) this.#look(now);
    if (now - this.#creditedAt >= quantumMs) this.#addCredit(now);
    if (this.#credit >= 1) {
      this.#credit--;
      this.#taken++;
      return 0;
    }
    this.#held = true;
    const lackingMs = ((1 - this.#credit) * 1000) / this.#rate;
    return Math.max(1, Math.ceil(this.#creditedAt + Math.max(quantumMs, lackingMs) - now));
  }

  #addCredit(now: number): void {
    // At a low rate, the wait for one start is longer than the time that is made up for.
    const longestMs = Math.max(this.#settings.quantumMs + CATCH_UP_MS, 1000 / this.#rate);
    const credit = (Math.min(now - this.#creditedAt, longestMs) * this.#rate) / 1000;
    // At least one start: rounding may leave the product a little below.
    const most = Math.max(1, (longestMs * this.#rate) / 1000);
    this.#credit = Math.min(most, this.#credit + credit);
    this.#credited += credit;
    this.#creditedAt = now;
  }

  #look(now: number): void {
    const elapsedMs = now - this.#lookedAt;
    const { utilization } = this.#readUtilization(this.#reading);
    this.#reading = this.#readUtilization();
    const weight = 1 - Math.exp(-elapsedMs / MEMORY_MS);
    this.#utilization += weight * (utilization - this.#utilization);
    this.#reached += weight * ((this.#taken * 1000) / elapsedMs - this.#reached);
    const isPaced = this.#held && this.#taken + 1 >= NEARLY_ALL * this.#credited;
    this.#isLimiting = isPaced;
    this.#rate = this.#nextRate(
      this.#settings.utilization / Math.max(this.#utilization, 0.01),
      isPaced,
    );
    this.#lookedAt = now;
    this.#credited = 0;
    this.#taken = 0;
    this.#held = false;
  }

  /**
   * @param factor the change that would bring the utilisation to its target
   * @param isPaced true when the rate, and nothing else, holds probes back
   */
  #nextRate(factor: number, isPaced: boolean): number {
    const rate = this.#rate;
    if (factor < 1) {
      this.#isCareful = true;
      return Math.max(MIN_RATE, rate * Math.max(SHARPEST_CUT, factor));
    }
    if (isPaced) {
      const steepest = this.#isCareful ? CAREFUL_RISE : STEEPEST_RISE;
      return Math.min(MAX_RATE, rate * Math.min(steepest, factor));
    }
    // Nothing learned at a low rate would still hold for what comes next.
    const { firstRate } = this.#settings;
    this.#isCareful = rate > firstRate;
    return Math.min(rate, Math.max(firstRate, this.#reached * BELOW_REACHED));
  }
}
