import type { BatchResult } from '../../../src/model/batch-result.ts';
import type { Pool } from '../../../src/model/pool.ts';
import type { ProxyRow } from '../../../src/model/proxy-row.ts';
import type { BatchCounts, Sweep } from '../../../src/model/sweep.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { batchNames } from './recount.ts';

/** An event that was sent, as its receiver sees it. */
export interface SentEvent {
  /** Such as `Sweep Finished`. */
  readonly type: string;
  readonly detail: object;
}

/** What a test knows about a sweep that the storage does not contain. */
export interface AuditExpectation {
  /** The ids of the rows that existed throughout the sweep. */
  readonly proxyIds: readonly string[];
  /** The ids of rows added or removed meanwhile; the sweep may lack them. @default none */
  readonly passing?: readonly string[];
  /** The batches whose message was acknowledged. @default none */
  readonly acknowledged?: readonly string[];
  /**
   * By batch, why it is not in the ledger: what the test did to it. A missing batch without a cause
   * is a violation, also when the sweep itself names it as missing. @default none
   */
  readonly causes?: Readonly<Record<string, string>>;
  /** Every event that was sent since the sweep began. @default unknown: events are not counted */
  readonly events?: readonly SentEvent[];
}

/** Everything stored about an ended sweep, and what is expected of it. */
export interface SweepEvidence {
  readonly sweep: Sweep;
  readonly pool: Pool | null;
  /** The names of the sweep's batches. */
  readonly batches: readonly string[];
  readonly ledger: ReadonlyMap<string, BatchCounts>;
  /** The stored result of each batch that has one. */
  readonly results: ReadonlyMap<string, BatchResult>;
  /** The result of each batch that was the newest before the sweep, under the same k. */
  readonly earlier: ReadonlyMap<string, BatchResult>;
  readonly rows: readonly ProxyRow[];
  readonly expected: AuditExpectation;
}

const ROWS_PER_PAGE = 1000;

/** Reads a sweep and everything that belongs to it; null when there is no such sweep. */
export async function gatherEvidence(
  storage: Storage,
  sweepId: string,
  expected: AuditExpectation,
): Promise<SweepEvidence | null> {
  const sweep = await storage.sweeps.get(sweepId);
  if (!sweep) return null;
  const { poolName } = sweep;
  const batches = batchNames(sweep.bitCount);
  const results = new Map<string, BatchResult>();
  const earlier = new Map<string, BatchResult>();
  for (const bits of batches) {
    const result = await storage.results.get(poolName, bits, sweepId);
    if (result) results.set(bits, result);
    const before = await storage.results.getNewest(poolName, bits, { beforeSweepId: sweepId });
    if (before) earlier.set(bits, before);
  }
  const [pool, ledger, rows] = await Promise.all([
    storage.pools.get(poolName),
    storage.sweeps.readLedger(sweepId),
    readRows(storage, poolName),
  ]);
  return { sweep, pool, batches, ledger, results, earlier, rows, expected };
}

/** Reads every row of a pool. */
export async function readRows(storage: Storage, poolName: string): Promise<readonly ProxyRow[]> {
  const rows: ProxyRow[] = [];
  let after: string | undefined;
  do {
    const query = { limit: ROWS_PER_PAGE, consistent: true, ...(after !== undefined && { after }) };
    const page = await storage.proxies.query(poolName, query);
    rows.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  return rows;
}

/** Every stored verdict of a sweep, with the batch it is stored in. */
export function* verdictsOf(results: SweepEvidence['results']) {
  for (const [bits, batch] of results)
    for (const [id, result] of batch.results) yield [id, result, bits] as const;
}
