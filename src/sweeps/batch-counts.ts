import type { FailureCode } from '../health/failure.ts';
import { isHealthy } from '../health/health-check-result.ts';
import type { BatchResult } from './batch-result.ts';
import { histogramOf, LATENCY_BUCKETS } from './latency-histogram.ts';
import type { BatchCounts } from './sweep.ts';

/** The ledger entry of a batch: a function of its stored result and of nothing else. */
export function countBatch({
  results,
  bytes,
  control,
}: Pick<BatchResult, 'results' | 'bytes' | 'control'>): BatchCounts {
  const verdicts = { active: 0, slow: 0, inactive: 0, inconclusive: 0 };
  const failures: Partial<Record<FailureCode, number>> = {};
  const latenciesMs: number[] = [];
  for (const result of results.values()) {
    verdicts[result.status] += 1;
    if (isHealthy(result)) latenciesMs.push(result.latencyMs);
    // Beside a failed control probe, a probe's own failure decided nothing.
    if (result.failure && control?.ok !== false)
      failures[result.failure] = (failures[result.failure] ?? 0) + 1;
  }
  return { ...verdicts, bytes, latencyHistogram: histogramOf(latenciesMs), failures };
}

/** The sum of ledger entries. */
export function sumCounts(entries: Iterable<BatchCounts>): BatchCounts {
  const sum = { active: 0, slow: 0, inactive: 0, inconclusive: 0, bytes: 0 };
  const latencyHistogram = new Array<number>(LATENCY_BUCKETS).fill(0);
  const failures: Partial<Record<FailureCode, number>> = {};
  for (const entry of entries) {
    for (const key of ['active', 'slow', 'inactive', 'inconclusive', 'bytes'] as const) {
      sum[key] += entry[key];
    }
    for (const [bucket, count] of entry.latencyHistogram.entries()) {
      latencyHistogram[bucket] = (latencyHistogram[bucket] ?? 0) + count;
    }
    for (const [code, count] of Object.entries(entry.failures) as [FailureCode, number][]) {
      failures[code] = (failures[code] ?? 0) + count;
    }
  }
  return { ...sum, latencyHistogram, failures };
}
