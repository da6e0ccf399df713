import { isHealthy, Verdict } from '../../health/health-check-result.ts';
import type { BatchResult } from '../../model/batch-result.ts';
import { type LeaseFigures, sumFigures } from '../../model/lease-figures.ts';
import type { BatchCounts } from '../../model/sweep.ts';
import { histogramOf, LATENCY_BUCKETS } from './latency-histogram.ts';

/** The part of a batch's result that its ledger entry follows from. */
export type CountedResult = Pick<
  BatchResult,
  'results' | 'bytes' | 'control' | 'leasing' | 'changed'
>;

/** No proxy has any verdict. */
export const NO_VERDICTS: Readonly<Record<Verdict, number>> = {
  active: 0,
  slow: 0,
  inactive: 0,
  inconclusive: 0,
};
const VERDICTS = Object.values(Verdict);

/** How many proxies some counts by verdict have in all. */
export function countOf(verdicts: Readonly<Record<Verdict, number>>): number {
  return VERDICTS.reduce((sum, verdict) => sum + verdicts[verdict], 0);
}

/** Makes the ledger entry of a batch from its stored result and nothing else. */
export function countBatch(result: CountedResult): BatchCounts {
  const { results, bytes, control, leasing, changed } = result;
  const verdicts = { ...NO_VERDICTS };
  const skipped = { ...NO_VERDICTS };
  const failures: Record<string, number> = {};
  const latenciesMs: number[] = [];
  for (const found of results.values()) {
    if (found.skipped) {
      skipped[found.status] += 1;
      continue;
    }
    verdicts[found.status] += 1;
    if (isHealthy(found)) latenciesMs.push(found.latencyMs);
    // Beside a failed control probe, a probe's own failure decided nothing.
    if (!found.failure || control?.ok === false) continue;
    const key = found.blame ? `${found.failure}/${found.blame}` : found.failure;
    failures[key] = (failures[key] ?? 0) + 1;
  }
  const latencyHistogram = histogramOf(latenciesMs);
  return {
    ...verdicts,
    ...(countOf(skipped) > 0 && { skipped }),
    bytes,
    latencyHistogram,
    failures,
    ...(leasing && { leasing }),
    ...(changed && { changed }),
  };
}

/** Adds up ledger entries. */
export function sumCounts(entries: Iterable<BatchCounts>): BatchCounts {
  const sum = { ...NO_VERDICTS, bytes: 0 };
  const skipped = { ...NO_VERDICTS };
  let changed = 0;
  const latencyHistogram = new Array<number>(LATENCY_BUCKETS).fill(0);
  const failures: Record<string, number> = {};
  const figures: LeaseFigures[] = [];
  for (const entry of entries) {
    if (entry.leasing) figures.push(entry.leasing);
    sum.bytes += entry.bytes;
    changed += entry.changed ?? 0;
    for (const verdict of VERDICTS) {
      sum[verdict] += entry[verdict];
      skipped[verdict] += entry.skipped?.[verdict] ?? 0;
    }
    for (const [bucket, count] of entry.latencyHistogram.entries()) {
      latencyHistogram[bucket] = (latencyHistogram[bucket] ?? 0) + count;
    }
    for (const [key, count] of Object.entries(entry.failures)) {
      failures[key] = (failures[key] ?? 0) + count;
    }
  }
  const leasing = sumFigures(figures);
  return {
    ...sum,
    ...(countOf(skipped) > 0 && { skipped }),
    latencyHistogram,
    failures,
    ...(leasing && { leasing }),
    ...(changed > 0 && { changed }),
  };
}
