import { type Blame, describeFailure, type FailureCode } from '../health/failure.ts';
import type { Storage } from '../storage/storage.ts';
import { sumCounts } from './batch-counts.ts';
import { countLateBatches } from './close-sweep.ts';
import { percentileOf } from './latency-histogram.ts';
import { requireSweep } from './required.ts';
import { type BatchCounts, type Sweep, SweepState } from './sweep.ts';

/** How often one failure decided a verdict, and whose fault it is. */
export interface FailureCount {
  readonly code: FailureCode;
  readonly blame: Blame;
  readonly count: number;
}

/** A sweep's progress and outcome. */
export interface SweepReport {
  readonly sweepId: string;
  readonly poolName: string;
  readonly state: SweepState;
  readonly trigger: Sweep['trigger'];
  readonly startedAt: string;
  readonly deadlineAt: string;
  readonly closedAt: string | null;
  readonly batches: {
    readonly total: number;
    /** In the ledger by now. */
    readonly recorded: number;
    /** Recorded after the sweep had closed. */
    readonly late: number;
    /** Names of those the sweep was closed without and that have not come since. */
    readonly missing: readonly string[];
  };
  /** Of the recorded batches; `proxies` is the sum of the other four. */
  readonly totals: {
    readonly proxies: number;
    readonly active: number;
    readonly slow: number;
    readonly inactive: number;
    readonly inconclusive: number;
  };
  /** Of healthy proxies, estimated from a histogram; null without any. */
  readonly latencyMs: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
  /** Most frequent first. */
  readonly failures: readonly FailureCount[];
  /** On the wire, sent and received, over all probes. */
  readonly bytes: number;
}

/**
 * A sweep's progress, while it runs, and its outcome; always computed from the ledger.
 *
 * @throws {NotFoundError} when there is no such sweep
 */
export async function readSweepReport(
  { storage }: { readonly storage: Storage },
  sweepId: string,
): Promise<SweepReport> {
  const sweep = await requireSweep(storage, sweepId);
  const ledger = await storage.readLedger(sweepId);
  const counts = sumCounts(ledger.values());
  const { poolName, state, trigger, startedAt, deadlineAt, closedAt } = sweep;
  return {
    sweepId,
    poolName,
    state,
    trigger,
    startedAt,
    deadlineAt,
    closedAt: closedAt ?? null,
    batches: reportBatches(sweep, ledger),
    totals: reportTotals(counts),
    latencyMs: {
      p50: percentileOf(counts.latencyHistogram, 0.5),
      p95: percentileOf(counts.latencyHistogram, 0.95),
      p99: percentileOf(counts.latencyHistogram, 0.99),
    },
    failures: reportFailures(counts),
    bytes: counts.bytes,
  };
}

function reportBatches(sweep: Sweep, ledger: ReadonlyMap<string, BatchCounts>) {
  const total = 2 ** sweep.bitCount;
  if (sweep.state === SweepState.running) {
    return { total, recorded: ledger.size, late: 0, missing: [] };
  }
  const missing = (sweep.missingBatches ?? []).filter((bits) => !ledger.has(bits));
  return { total, recorded: ledger.size, late: countLateBatches(sweep, ledger), missing };
}

function reportTotals({ active, slow, inactive, inconclusive }: BatchCounts) {
  const proxies = active + slow + inactive + inconclusive;
  return { proxies, active, slow, inactive, inconclusive };
}

function reportFailures({ failures }: BatchCounts): FailureCount[] {
  return (Object.entries(failures) as [FailureCode, number][])
    .map(([code, count]) => ({ code, blame: describeFailure(code).blame, count }))
    .sort((a, b) => b.count - a.count);
}
