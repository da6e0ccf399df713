import { controlTimeMs, probingTimeMs } from '../../model/batch-time.ts';
import { overheadMs, type SweepLimits } from '../../model/sweep-limits.ts';
import type { PreparedBatch } from './prepare-batch.ts';

/** What a batch needs at worst, milliseconds. */
export interface TimeNeed {
  /** For its probes, and for the control probe before them if it is still to be made. */
  readonly probingMs: number;
  /** For the control probe afterwards. */
  readonly controlMs: number;
}

/**
 * Computes what a batch needs from the hosts of its proxies.
 *
 * @param options `targetAsked`: whether the control probe before the work has been made
 */
export function timeNeedOf(
  { policy, rows }: Pick<PreparedBatch, 'policy' | 'rows'>,
  limits: SweepLimits,
  { targetAsked }: { readonly targetAsked: boolean },
): TimeNeed {
  const hosts = rows.map((row) => row.proxy.host);
  const controlMs = controlTimeMs(policy);
  const probesMs = probingTimeMs(hosts, policy.options, limits);
  return { probingMs: probesMs + (targetAsked ? 0 : controlMs), controlMs };
}

/** Keeps track of an invocation's time: what is under way, and whether more fits. */
export class TimeBudget {
  readonly #limits: SweepLimits;
  readonly #remainingMs: () => number;
  readonly #underWay = new Set<TimeNeed>();

  constructor(limits: SweepLimits, remainingMs: () => number) {
    this.#limits = limits;
    this.#remainingMs = remainingMs;
  }

  /** True when the sum of all computed times, this one's included, fits the remaining time. */
  fits(need: TimeNeed): boolean {
    const needs = [...this.#underWay, need];
    const probingMs = needs.reduce((sum, each) => sum + each.probingMs, 0);
    const controlMs = Math.max(...needs.map((each) => each.controlMs));
    return probingMs + controlMs + overheadMs(this.#limits) <= this.#remainingMs();
  }

  /** Milliseconds from now after which a batch has to stop probing. */
  probingTimeMs(need: TimeNeed): number {
    return Math.max(0, this.#remainingMs() - need.controlMs - overheadMs(this.#limits));
  }

  begin(need: TimeNeed): void {
    this.#underWay.add(need);
  }

  end(need: TimeNeed): void {
    this.#underWay.delete(need);
  }
}
