import { batchOf } from '../model/batch-range.ts';
import { PageBudget } from '../model/page-budget.ts';
import { type ResultRecord, toStoredRecord } from '../model/result-record.ts';
import type { Storage } from '../storage/storage.ts';
import { noSuchProxy, requirePool } from './require-pool.ts';

/** The result one sweep found for a proxy. */
export interface HistoryRecord extends ResultRecord {
  readonly sweepId: string;
}

/** A page of history; `next` is the `before` of the following one, absent on the last. */
export interface HistoryPage {
  readonly results: readonly HistoryRecord[];
  readonly next?: string;
}

/**
 * Reads what sweeps found about one proxy, newest first: one query for every k the pool has had.
 *
 * @param query `limit`: the most records; `before`: only sweeps earlier than this one
 * @throws {NotFoundError} when there is no such pool, or no such proxy in it
 */
export async function readProxyHistory(
  { storage }: { readonly storage: Storage },
  poolName: string,
  proxyId: string,
  { limit, before }: { readonly limit: number; readonly before?: string },
): Promise<HistoryPage> {
  const pool = await requirePool(storage, poolName);
  const row = await storage.proxies.get(poolName, proxyId);
  if (!row) throw noSuchProxy(poolName, proxyId);
  const query = { limit: limit + 1, ...(before !== undefined && { beforeSweepId: before }) };
  const perBitCount = await Promise.all(
    pool.batchBitCounts.map((bitCount) =>
      storage.results.queryByProxy(poolName, batchOf(proxyId, bitCount), proxyId, query),
    ),
  );
  const budget = new PageBudget(limit);
  const results: HistoryRecord[] = [];
  for (const entry of perBitCount.flat().sort((a, b) => (a.sweepId < b.sweepId ? 1 : -1))) {
    const record = { sweepId: entry.sweepId, ...toStoredRecord(row.proxy, proxyId, entry) };
    const last = results.at(-1);
    if (!budget.takes(record) && last) return { results, next: last.sweepId };
    results.push(record);
  }
  return { results };
}
