import type { Clock } from '../../clock.ts';
import { Phase, type PhaseTimings } from '../health-check-result.ts';

/** Timings are kept in tenths of a millisecond. */
const TENTHS = 10;

/**
 * Measures the phases of one attempt on the monotonic clock, without gaps: entering a phase ends
 * the one before it, so the timings add up to the latency. It begins with `connect`, since a
 * literal address needs no look-up. A phase entered again, after a redirect, adds to its time.
 */
export class PhaseClock {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #tenths = new Map<Phase, number>();
  #current: Phase = Phase.connect;
  #lastMark = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  get current(): Phase {
    return this.#current;
  }

  /** Ends the current phase and starts the next one. */
  enter(phase: Phase): void {
    this.#mark();
    this.#current = phase;
  }

  /** Ends the last phase; the latency is the sum of the timings. */
  finish(): { readonly latencyMs: number; readonly timings: PhaseTimings } {
    this.#mark();
    const timings: { [phase in Phase]?: number } = {};
    for (const [phase, tenths] of this.#tenths) timings[phase] = tenths / TENTHS;
    return { latencyMs: this.#lastMark / TENTHS, timings };
  }

  #mark(): void {
    const now = Math.round((this.#clock.monotonic() - this.#startedAt) * TENTHS);
    const spent = now - this.#lastMark;
    this.#tenths.set(this.#current, (this.#tenths.get(this.#current) ?? 0) + spent);
    this.#lastMark = now;
  }
}
