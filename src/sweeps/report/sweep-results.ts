import type { Verdict } from '../../health/health-check-result.ts';
import { batchesOf, batchOf, idRange } from '../../model/batch-range.ts';
import { PageBudget } from '../../model/page-budget.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { type ResultRecord, toStoredRecord } from '../../model/result-record.ts';
import type { Sweep } from '../../model/sweep.ts';
import { MAX_ROWS_PER_BATCH } from '../../model/sweep-limits.ts';
import type { Storage } from '../../storage/storage.ts';
import { requireSweep } from '../require-sweep.ts';

/** Which results of a sweep to read. */
export interface ResultQuery {
  /** Only results with this verdict. */
  readonly status?: Verdict;
  /** The last proxy id already read: only results of greater ids follow. */
  readonly cursor?: string;
  /** The most records. @default all */
  readonly limit?: number;
}

/**
 * Yields what a sweep has found so far, in the order of the proxy ids. Holds one batch at a time.
 *
 * @throws {NotFoundError} when there is no such sweep
 */
export async function* streamSweepResults(
  { storage }: { readonly storage: Storage },
  sweepId: string,
  { status, cursor = '', limit = Number.POSITIVE_INFINITY }: ResultQuery = {},
): AsyncGenerator<ResultRecord> {
  const sweep = await requireSweep(storage, sweepId);
  const first = cursor === '' ? '' : batchOf(cursor, sweep.bitCount);
  let yielded = 0;
  for (const bits of batchesOf(sweep.bitCount)) {
    if (bits < first) continue;
    for (const record of await readBatchRecords(storage, sweep, bits)) {
      if (record.proxyId <= cursor || (status && record.status !== status)) continue;
      if (yielded >= limit) return;
      yielded += 1;
      yield record;
    }
    if (yielded >= limit) return;
  }
}

/** A page of results; `next` is the cursor of the following one, absent on the last. */
export interface ResultPage {
  readonly results: readonly ResultRecord[];
  readonly next?: string;
}

/**
 * Reads one page of what a sweep has found so far: as many as asked for, or as fit an answer.
 *
 * @throws {NotFoundError} when there is no such sweep
 */
export async function readSweepResults(
  dependencies: { readonly storage: Storage },
  sweepId: string,
  query: ResultQuery & { readonly limit: number },
): Promise<ResultPage> {
  const results: ResultRecord[] = [];
  const budget = new PageBudget(query.limit);
  const oneMore = { ...query, limit: query.limit + 1 };
  for await (const record of streamSweepResults(dependencies, sweepId, oneMore)) {
    const last = results.at(-1);
    if (!budget.takes(record) && last) return { results, next: last.proxyId };
    results.push(record);
  }
  return { results };
}

async function readBatchRecords(
  storage: Storage,
  sweep: Sweep,
  bits: string,
): Promise<ResultRecord[]> {
  const [result, rows] = await Promise.all([
    storage.results.get(sweep.poolName, bits, sweep.sweepId),
    readBatchRows(storage, sweep.poolName, bits),
  ]);
  if (!result) return [];
  return [...result.results]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([proxyId, stored]) => {
      const proxy = rows.get(proxyId)?.proxy ?? null;
      return toStoredRecord(proxy, proxyId, { result: stored, startedAt: result.startedAt });
    });
}

async function readBatchRows(
  storage: Storage,
  poolName: string,
  bits: string,
): Promise<Map<string, ProxyRow>> {
  const rows = new Map<string, ProxyRow>();
  let after: string | undefined;
  do {
    const page = await storage.proxies.query(poolName, {
      range: idRange(bits),
      limit: MAX_ROWS_PER_BATCH,
      ...(after !== undefined && { after }),
    });
    for (const row of page.rows) rows.set(row.proxy.id, row);
    after = page.next;
  } while (after !== undefined);
  return rows;
}
