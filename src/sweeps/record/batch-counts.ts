import { isHealthy } from '../../health/health-check-result.ts';
import type { BatchResult } from '../../model/batch-result.ts';
import { type LeaseFigures, sumFigures } from '../../model/lease-figures.ts';
import type { BatchCounts } from '../../model/sweep.ts';
import { histogramOf, LATENCY_BUCKETS } from './latency-histogram.ts';

/** The part of a batch's result that its ledger entry follows from. */
export type CountedResult = Pick<BatchResult, 'results' | 'bytes' | 'control' | 'leasing'>;

/** Makes the ledger entry of a batch from its stored result and nothing else. */
export function countBatch({ results, bytes, control, leasing }: CountedResult): BatchCounts {
  const verdicts = { active: 0, slow: 0, inactive: 0, inconclusive: 0 };
  const failures: Record<string, number> = {};
  const latenciesMs: number[] = [];
  for (const result of results.values()) {
    verdicts[result.status] += 1;
    if (isHealthy(result)) latenciesMs.push(result.latencyMs);
    // Beside a failed control probe, a probe's own failure decided nothing.
    if (!result.failure || control?.ok === false) continue;
    const key = result.blame ? `${result.failure}/${result.blame}` : result.failure;
    failures[key] = (failures[key] ?? 0) + 1;
  }
  const latencyHistogram = histogramOf(latenciesMs);
  return { ...verdicts, bytes, latencyHistogram, failures, ...(leasing && { leasing }) };
}

/** Adds up ledger entries. */
export function sumCounts(entries: Iterable<BatchCounts>): BatchCounts {
  const sum = { active: 0, slow: 0, inactive: 0, inconclusive: 0, bytes: 0 };
  const latencyHistogram = new Array<number>(LATENCY_BUCKETS).fill(0);
  const failures: Record<string, number> = {};
  const figures: LeaseFigures[] = [];
  for (const entry of entries) {
    if (entry.leasing) figures.push(entry.leasing);
    for (const key of ['active', 'slow', 'inactive', 'inconclusive', 'bytes'] as const) {
      sum[key] += entry[key];
    }
    for (const [bucket, count] of entry.latencyHistogram.entries()) {
      latencyHistogram[bucket] = (latencyHistogram[bucket] ?? 0) + count;
    }
    for (const [key, count] of Object.entries(entry.failures)) {
      failures[key] = (failures[key] ?? 0) + count;
    }
  }
  const leasing = sumFigures(figures);
  return { ...sum, latencyHistogram, failures, ...(leasing && { leasing }) };
}
