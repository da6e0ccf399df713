import type { Clock } from '../../clock.ts';
import type { ControlOutcome } from '../../health/control-probe.ts';
import { type HealthCheckResult, isHealthy, Verdict } from '../../health/health-check-result.ts';
import type { ControlSummary } from '../output/run-summary.ts';

export interface ControlGateOptions {
  /** Asks the target directly. */
  readonly probe: () => Promise<ControlOutcome>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long a bad result waits at most for the next control probe, ms. @default 2000 */
  readonly intervalMs?: number;
  /** The most results held at once. @default 2000 */
  readonly maxHeld?: number;
}

/**
 * Passes on a bad verdict only when the target answered directly both before and after it. A target
 * that is down, or goes down halfway through a long list, thus never makes a proxy look dead:
 * verdicts next to a failed control probe become `inconclusive`. A good verdict is passed on at
 * once while the target answers.
 */
export class ControlGate {
  readonly #options: Required<ControlGateOptions>;
  #held: HealthCheckResult[] = [];
  #probedAt = 0;
  #probes = 0;
  #failed = 0;
  #first: ControlOutcome | null = null;
  #last: ControlOutcome | null = null;

  constructor(options: ControlGateOptions) {
    this.#options = { intervalMs: 2_000, maxHeld: 2_000, ...options };
  }

  /** Makes the first control probe; call it before the first proxy is probed. */
  async open(): Promise<void> {
    await this.#probe();
  }

  async *guard(results: AsyncIterable<HealthCheckResult>): AsyncGenerator<HealthCheckResult> {
    try {
      for await (const result of results) {
        if (this.#targetAnswers() && isHealthy(result)) yield result;
        else this.#held.push(result);
        if (this.#isDue()) yield* this.#release();
      }
    } catch (error) {
      if (this.#options.signal.aborted) yield* this.#release();
      throw error;
    }
    yield* this.#release();
  }

  summary(): ControlSummary {
    return { probes: this.#probes, failed: this.#failed, first: this.#first, last: this.#last };
  }

  #isDue(): boolean {
    const { clock, intervalMs, maxHeld } = this.#options;
    if (this.#held.length === 0) return false;
    return this.#held.length >= maxHeld || clock.monotonic() - this.#probedAt >= intervalMs;
  }

  async *#release(): AsyncGenerator<HealthCheckResult> {
    const before = this.#targetAnswers();
    const counts = (await this.#probe()) && before && this.#targetAnswers();
    const held = this.#held;
    this.#held = [];
    for (const result of held) yield counts ? result : toInconclusive(result);
  }

  #targetAnswers(): boolean {
    return this.#last?.ok ?? false;
  }

  /** Returns whether the target was asked; an interrupted run asks no more. */
  async #probe(): Promise<boolean> {
    const { probe, clock, signal } = this.#options;
    if (signal.aborted) return false;
    const outcome = await probe().catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (outcome === null) return false;
    this.#probedAt = clock.monotonic();
    this.#probes++;
    if (!outcome.ok) this.#failed++;
    this.#first ??= outcome;
    this.#last = outcome;
    return true;
  }
}

function toInconclusive(result: HealthCheckResult): HealthCheckResult {
  return { ...result, status: Verdict.inconclusive };
}
