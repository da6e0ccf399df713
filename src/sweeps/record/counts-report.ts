import { type Blame, describeFailure, type FailureCode } from '../../health/failure.ts';
import type { Verdict } from '../../health/health-check-result.ts';
import { availabilityOf } from '../../model/availability.ts';
import type { BatchCounts } from '../../model/sweep.ts';
import { countOf, NO_VERDICTS } from './batch-counts.ts';
import { percentileOf } from './latency-histogram.ts';

/** How often one failure decided a verdict, and whose fault it is. */
export interface FailureCount {
  readonly code: FailureCode;
  readonly blame: Blame;
  readonly count: number;
}

/** The sum of a ledger, as people and programs read it. */
export interface CountsReport {
  /** Counts over the recorded batches; `proxies` is the sum of the other five. */
  readonly totals: {
    readonly proxies: number;
    readonly active: number;
    readonly slow: number;
    readonly inactive: number;
    readonly inconclusive: number;
    /** Not probed by this sweep; see `skippedAs`. */
    readonly skipped: number;
  };
  /** The skipped ones by their last verdict, which an earlier sweep found. */
  readonly skippedAs: Readonly<Record<Verdict, number>>;
  /**
   * The healthy share of the conclusive verdicts, 0 to 1, of skipped ones the last; null when there
   * are none.
   */
  readonly availability: number | null;
  /** Percentiles of healthy proxies, estimated from a histogram; null when there are none. */
  readonly latencyMs: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
  /** Most frequent first. */
  readonly failures: readonly FailureCount[];
  /** Bytes on the wire, sent and received, over all probes. */
  readonly bytes: number;
}

/** Makes a report of a sum of ledger entries. */
export function reportCounts(counts: BatchCounts): CountsReport {
  const { active, slow, inactive, inconclusive, latencyHistogram, bytes } = counts;
  const skippedAs = counts.skipped ?? NO_VERDICTS;
  const skipped = countOf(skippedAs);
  const proxies = countOf(counts) + skipped;
  return {
    totals: { proxies, active, slow, inactive, inconclusive, skipped },
    skippedAs,
    availability: availabilityOf(counts),
    latencyMs: {
      p50: percentileOf(latencyHistogram, 0.5),
      p95: percentileOf(latencyHistogram, 0.95),
      p99: percentileOf(latencyHistogram, 0.99),
    },
    failures: reportFailures(counts),
    bytes,
  };
}

function reportFailures({ failures }: BatchCounts): FailureCount[] {
  return Object.entries(failures)
    .map(([key, count]) => {
      const [code, blame] = key.split('/') as [FailureCode, Blame?];
      return { code, blame: blame ?? describeFailure(code).blame, count };
    })
    .sort((a, b) => b.count - a.count);
}
