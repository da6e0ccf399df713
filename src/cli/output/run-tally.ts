import type { Blame, FailureCode } from '../../health/failure.ts';
import { isHealthy, type Verdict } from '../../health/health-check-result.ts';
import type { FailureCount } from '../../sweeps/record/counts-report.ts';
import type { LineRecord } from './report.ts';
import type { LatencySummary, RunSummary } from './run-summary.ts';

/** The longest an attempt may last, ms. */
const LONGEST_LATENCY_MS = 30_000;

/** Counts results as they pass, in constant memory. Percentiles are exact to the millisecond. */
export class RunTally {
  readonly statuses: Record<Verdict, number> = { active: 0, slow: 0, inactive: 0, inconclusive: 0 };
  readonly #failures = new Map<string, { code: FailureCode; blame: Blame; count: number }>();
  readonly #latencies = new Uint32Array(LONGEST_LATENCY_MS + 1);
  checked = 0;
  #skipped = 0;
  #measured = 0;

  add(record: Pick<LineRecord, 'status' | 'latencyMs' | 'failure' | 'blame' | 'skipped'>): void {
    this.checked++;
    this.statuses[record.status]++;
    if (record.skipped) {
      this.#skipped++;
      return;
    }
    if (isHealthy(record)) this.#addLatency(record.latencyMs);
    if (record.failure !== null) this.#addFailure(record.failure, record.blame ?? 'unclear');
  }

  summary(): Pick<RunSummary, 'checked' | 'statuses' | 'skipped' | 'failures' | 'latencyMs'> {
    return {
      checked: this.checked,
      statuses: { ...this.statuses },
      ...(this.#skipped > 0 && { skipped: this.#skipped }),
      failures: this.#countFailures(),
      latencyMs: this.#percentiles(),
    };
  }

  #addLatency(latencyMs: number): void {
    this.#measured++;
    const bucket = Math.min(LONGEST_LATENCY_MS, Math.max(0, Math.round(latencyMs)));
    this.#latencies[bucket] = (this.#latencies[bucket] ?? 0) + 1;
  }

  /** One code may have two blames: a refusal is the target's when the target itself is down. */
  #addFailure(code: FailureCode, blame: Blame): void {
    const key = `${code} ${blame}`;
    const seen = this.#failures.get(key);
    if (seen) seen.count++;
    else this.#failures.set(key, { code, blame, count: 1 });
  }

  #countFailures(): FailureCount[] {
    return [...this.#failures.values()]
      .map((failure) => ({ ...failure }))
      .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code));
  }

  #percentiles(): LatencySummary {
    const at = (percent: number): number | null => {
      if (this.#measured === 0) return null;
      let remaining = Math.ceil((this.#measured * percent) / 100);
      return this.#latencies.findIndex((times) => {
        remaining -= times;
        return remaining <= 0;
      });
    };
    return { p50: at(50), p95: at(95), p99: at(99) };
  }
}
