import type { Clock } from '../../clock.ts';
import { blameBeside, type ControlOutcome } from '../../health/control-probe.ts';
import { Blame, isOurs } from '../../health/failure.ts';
import { type HealthCheckResult, isHealthy, Verdict } from '../../health/health-check-result.ts';
import type { ControlSummary } from '../output/run-summary.ts';

export interface ControlGateOptions {
  /** Asks the target directly. */
  readonly probe: () => Promise<ControlOutcome>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long a bad result waits at most for the next control probe, ms. @default 2000 */
  readonly intervalMs?: number;
  /** The most results held before further ones have to wait. @default 2000 */
  readonly maxHeld?: number;
}

/** Takes a result with its final verdict. */
type Pass = (result: HealthCheckResult) => Promise<void>;

/**
 * Passes on a failure only when the target answered directly both before and after it. A target
 * that is down, or goes down halfway through a long list, thus never makes a proxy look dead:
 * failures next to a failed control probe become `inconclusive`, and so do those of a run that was
 * interrupted before the target could be asked. A success is passed on at once, whatever the
 * control probe found: an expected answer proves the proxy.
 */
export class ControlGate {
  readonly #options: Required<ControlGateOptions>;
  #held: { readonly result: HealthCheckResult; readonly pass: Pass }[] = [];
  /** Settles when the results that are being confirmed have been passed on; null between. */
  #releasing: Promise<void> | null = null;
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

  /** Passes a result on: a success at once, a failure when the target has been asked after it. */
  async admit(result: HealthCheckResult, pass: Pass): Promise<void> {
    if (isHealthy(result)) await pass(result);
    else this.#held.push({ result, pass });
    if (this.#isDue()) await this.#release();
  }

  /** Passes on what is still held; call it when there will be no more results. */
  async close(): Promise<void> {
    await this.#releasing;
    await this.#release();
  }

  summary(): ControlSummary {
    return { probes: this.#probes, failed: this.#failed, first: this.#first, last: this.#last };
  }

  #isDue(): boolean {
    const { clock, intervalMs, maxHeld } = this.#options;
    if (this.#held.length === 0) return false;
    if (this.#held.length >= maxHeld) return true;
    return this.#releasing === null && clock.monotonic() - this.#probedAt >= intervalMs;
  }

  #release(): Promise<void> {
    this.#releasing ??= this.#confirm().finally(() => {
      this.#releasing = null;
    });
    return this.#releasing;
  }

  /** Confirms what is held now; failures found while the target is asked wait for the next time. */
  async #confirm(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    if (held.length === 0) return;
    const doubt = await this.#doubt();
    for (const { result, pass } of held) {
      await pass(doubt === null ? result : toInconclusive(result, doubt));
    }
  }

  /** Whom the failures held so far are blamed on instead of the proxies; null when they count. */
  async #doubt(): Promise<Blame | null> {
    const before = this.#last;
    const asked = await this.#probe();
    if (before && !before.ok) return blameBeside(before);
    if (!asked || !this.#last) return Blame.unconfirmed;
    return this.#last.ok ? null : blameBeside(this.#last);
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

/** The same failure with a verdict that says nothing about the proxy. */
function toInconclusive(result: HealthCheckResult, blame: Blame): HealthCheckResult {
  const isExplained = result.failure !== undefined && isOurs(result.failure);
  return { ...result, status: Verdict.inconclusive, ...(!isExplained && { blame }) };
}
