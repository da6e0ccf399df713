import type { ProxyRow, RowQuery, Storage } from '../storage/storage.ts';
import { idRange } from '../sweeps/batch-range.ts';
import type { BatchResult } from '../sweeps/batch-result.ts';
import { type NewestResult, NewestResults } from '../sweeps/newest-results.ts';
import type { Pool } from '../sweeps/pool.ts';
import { MAX_ROWS_PER_BATCH } from '../sweeps/sweep-limits.ts';
import type { LeasingPool } from './leasing-pools.ts';

/** A row joined with what the newest sweep found about it. */
export interface SampledRow {
  readonly row: ProxyRow;
  /** Null when no sweep within retention has had the proxy. */
  readonly newest: NewestResult | null;
}

/** The freshest view of one batch. */
export interface BatchSample {
  readonly bits: string;
  /** The first id that was asked for; absent: the batch's first. */
  readonly from?: string | undefined;
  readonly rows: readonly SampledRow[];
  /** Only rows beyond this id are missing; absent when none are. */
  readonly next?: string;
}

/**
 * Reads a batch's rows and its newest result side by side. Under an older k there is a look only
 * where no sweep has stored the batch under the present one.
 *
 * @param from the first id wanted; @default the batch's first
 */
export async function readBatchSample(
  storage: Storage,
  { pool }: LeasingPool,
  bits: string,
  from?: string,
): Promise<BatchSample> {
  const range = idRange(bits);
  const query: RowQuery = {
    range: { ...range, low: from ?? range.low },
    limit: MAX_ROWS_PER_BATCH,
  };
  const [page, batch] = await Promise.all([
    storage.queryProxyRows(pool.poolName, query),
    pool.batchBitCounts.length > 0 ? storage.getNewestBatchResult(pool.poolName, bits) : null,
  ]);
  const newestOf = batch ? findIn(batch) : findUnderOlderBitCounts(storage, pool);
  const rows: SampledRow[] = [];
  for (const row of page.rows) rows.push({ row, newest: await newestOf(row.proxy.id) });
  return { bits, from, rows, ...(page.next !== undefined && { next: page.next }) };
}

type FindNewest = (proxyId: string) => NewestResult | null | Promise<NewestResult | null>;

function findIn({ sweepId, startedAt, results }: BatchResult): FindNewest {
  return (proxyId) => {
    const result = results.get(proxyId);
    return result ? { sweepId, startedAt, result } : null;
  };
}

function findUnderOlderBitCounts(storage: Storage, pool: Pool): FindNewest {
  const [, ...older] = pool.batchBitCounts;
  if (older.length === 0) return () => null;
  const newest = new NewestResults(storage, { ...pool, batchBitCounts: older });
  return (proxyId) => newest.find(proxyId);
}
