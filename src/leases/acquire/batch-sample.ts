import { idRange } from '../../model/batch-range.ts';
import type { BatchResult, ProxyResult } from '../../model/batch-result.ts';
import type { LeasingSettings } from '../../model/leasing-settings.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { MAX_ROWS_PER_BATCH } from '../../model/sweep-limits.ts';
import { NewestResults } from '../../pools/newest-results.ts';
import type { RowQuery } from '../../storage/proxy-storage.ts';
import type { Storage } from '../../storage/storage.ts';
import { type LeaseWish, type ParsedAcquireRequest, wantedStatuses } from '../lease-request.ts';
import type { LeasingPool } from '../leasing-pools.ts';

/** A row joined with what the newest sweep found about it. */
export interface SampledRow {
  readonly row: ProxyRow;
  /**
   * Null when no sweep within retention has probed the proxy. Where the request does not depend on
   * it, see `needsNewest`, only the newest sweep under the present k is looked at.
   */
  readonly newest: ProxyResult | null;
}

/** The freshest view of one batch. */
export interface BatchSample {
  readonly bits: string;
  /** The first id asked for; absent when the sample begins with the batch. */
  readonly from?: string | undefined;
  readonly rows: readonly SampledRow[];
  /** Rows beyond this id were not read; absent when all were. */
  readonly next?: string;
}

/** A wish, the pool it is searched for in, and the reader of that pool's batches. */
export interface LeaseSearch extends LeaseWish {
  readonly leasing: LeasingPool;
  readonly reader: BatchReader;
}

/** Reads the batches of a pool as one request needs them. */
export class BatchReader {
  readonly #storage: Storage;
  readonly #leasing: LeasingPool;
  readonly #isNeeded: (row: ProxyRow) => boolean;
  readonly #underOtherBitCounts: NewestResults;

  constructor(storage: Storage, leasing: LeasingPool, request: ParsedAcquireRequest) {
    const { pool } = leasing;
    const [, ...others] = pool.batchBitCounts;
    this.#storage = storage;
    this.#leasing = leasing;
    this.#isNeeded = needsNewest(request, pool.leasing);
    this.#underOtherBitCounts = new NewestResults(storage, { ...pool, batchBitCounts: others });
  }

  /**
   * Reads a batch's rows and its newest result at the same time.
   *
   * @param from the first id wanted; @default the batch's first
   */
  async read(bits: string, from?: string): Promise<BatchSample> {
    const { poolName, batchBitCounts } = this.#leasing.pool;
    const range = idRange(bits);
    const query: RowQuery = {
      range: { ...range, low: from ?? range.low },
      limit: MAX_ROWS_PER_BATCH,
    };
    const [page, batch] = await Promise.all([
      this.#storage.proxies.query(poolName, query),
      batchBitCounts.length > 0 ? this.#storage.results.getNewest(poolName, bits) : null,
    ]);
    const rows = await this.#join(page.rows, batch);
    return { bits, from, rows, ...(page.next !== undefined && { next: page.next }) };
  }

  async #join(rows: readonly ProxyRow[], batch: BatchResult | null): Promise<SampledRow[]> {
    const mayBeOld = this.#mayBeOld(batch);
    const joined: SampledRow[] = [];
    for (const row of rows) {
      const newest = findIn(batch, row.proxy.id);
      const isDoubtful = mayBeOld && this.#isNeeded(row);
      joined.push({ row, newest: isDoubtful ? await this.#newerOf(newest, row.proxy.id) : newest });
    }
    return joined;
  }

  /** Whether sweeps under another k may have probed a batch since its result was stored. */
  #mayBeOld(batch: BatchResult | null): boolean {
    const { batchBitCounts, lastSweepId } = this.#leasing.pool;
    if (batchBitCounts.length < 2) return false;
    return batch === null || (lastSweepId !== undefined && batch.sweepId < lastSweepId);
  }

  async #newerOf(here: ProxyResult | null, proxyId: string): Promise<ProxyResult | null> {
    const there = await this.#underOtherBitCounts.find(proxyId);
    return there && (!here || there.sweepId > here.sweepId) ? there : here;
  }
}

function findIn(batch: BatchResult | null, proxyId: string): ProxyResult | null {
  const result = batch?.results.get(proxyId);
  return batch && result ? { sweepId: batch.sweepId, startedAt: batch.startedAt, result } : null;
}

/**
 * Tells whether a request depends on what a row's newest probe found: for its filters, for its
 * selector, or because consumers reported enough failures for a quarantine, which a later probe
 * ends.
 */
function needsNewest(
  request: ParsedAcquireRequest,
  { quarantineAfterFailures }: LeasingSettings,
): (row: ProxyRow) => boolean {
  const { filters, selector } = request;
  const asked =
    filters.maxLatencyMs !== undefined ||
    filters.verifiedWithinSeconds !== undefined ||
    selector === 'fastest' ||
    typeof selector === 'function';
  const statuses = new Set(wantedStatuses(request));
  const failures = quarantineAfterFailures ?? Number.POSITIVE_INFINITY;
  return ({ status, failuresInRow = 0 }) =>
    (asked && statuses.has(status)) || failuresInRow >= failures;
}
