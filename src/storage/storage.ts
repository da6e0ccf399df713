import type { ProxyStatus, StatusState, Streak } from '../health/rise-fall.ts';
import type { Proxy } from '../proxies/proxy.ts';
import type { BatchResult, StoredResult } from '../sweeps/batch-result.ts';
import type { Pool, PoolPolicy } from '../sweeps/pool.ts';
import type { BatchCounts, Sweep, SweepState } from '../sweeps/sweep.ts';

/** A proxy as its pool knows it. */
export interface ProxyRow {
  readonly poolName: string;
  readonly proxy: Proxy;
  readonly status: ProxyStatus;
  readonly streak: Streak | null;
  /** The sweep that last wrote the row; `'0'` until one has. Never goes back. */
  readonly rowSweepId: string;
  /** Of the last transition; absent before the first. */
  readonly previousStatus?: ProxyStatus;
  readonly statusSince: string;
  readonly statusSweepId?: string;
  /** Consumers that may hold the proxy at once, 1 to 100; null: unlimited. @default 1 */
  readonly maxConcurrency: number | null;
  /** Lease id to its expiry, epoch milliseconds. */
  readonly leases: Readonly<Record<string, number>>;
  readonly leaseCount: number;
}

/** A page of rows in id order; `next` is passed back as `after`, and absent on the last page. */
export interface RowPage {
  readonly rows: readonly ProxyRow[];
  readonly next?: string;
}

export interface RowQuery {
  /** First and last proxy id, inclusive. @default the whole pool */
  readonly range?: { readonly low: string; readonly high: string };
  /** Only ids greater than this one. */
  readonly after?: string;
  /** Rows per page at most, 1 to 1,025. */
  readonly limit: number;
  /** Read what was last written, whoever wrote it. @default false */
  readonly consistent?: boolean;
}

/** A status or streak change of one row, fenced by the sweep that decided it. */
export interface StatusWrite {
  readonly poolName: string;
  readonly proxyId: string;
  readonly sweepId: string;
  /** `rowSweepId` as it was read; must be less than `sweepId`. */
  readonly expectedRowSweepId: string;
  readonly before: StatusState;
  readonly after: StatusState;
  /** Wall-clock instant of the change. */
  readonly at: string;
}

export type StartSweepOutcome =
  | { readonly started: true }
  /** Another sweep runs, or the pool has seen this id or a later one. */
  | { readonly started: false; readonly runningSweepId?: string; readonly lastSweepId?: string };

/** How a sweep ended. */
export interface SweepClosing {
  readonly state: Exclude<SweepState, 'running'>;
  readonly closedAt: string;
  readonly totals: BatchCounts;
  readonly missingBatches: readonly string[];
}

/**
 * Where pools, proxies, results and sweeps are kept. Every method that changes something is
 * idempotent or says who won; nothing is a read-modify-write without a condition. Items past
 * `expiresAtEpochSeconds` do not exist for readers. `test/support/storage-contract.ts` is the
 * contract in full.
 */
export interface Storage {
  /** Stores a pool unless one of that name exists; tells whether it did. */
  createPool(pool: Pool): Promise<boolean>;
  /** Replaces the policy of an existing pool; null when there is none. */
  updatePoolPolicy(poolName: string, policy: PoolPolicy): Promise<Pool | null>;
  /** Consistent; null when there is none. */
  getPool(poolName: string): Promise<Pool | null>;
  listPools(): AsyncIterable<Pool>;

  /** Inserts those not there yet, as `unknown`; existing rows stay as they are. */
  insertProxies(
    poolName: string,
    proxies: readonly Proxy[],
  ): Promise<{ readonly added: number; readonly existing: number }>;
  getProxyRow(poolName: string, proxyId: string): Promise<ProxyRow | null>;
  queryProxyRows(poolName: string, query: RowQuery): Promise<RowPage>;
  /** Rows of one status, in id order within each shard; eventually consistent. */
  queryProxyRowsByStatus(
    poolName: string,
    status: ProxyStatus,
    query: { readonly after?: string; readonly limit: number },
  ): Promise<RowPage>;
  /** The first ids of a pool in id order, for estimating its size. */
  queryProxyIds(poolName: string, limit: number): Promise<readonly string[]>;
  /**
   * Writes a decided status. False, and nothing written, when the row is gone or banned, or
   * another sweep wrote it since it was read: reread and decide again.
   */
  writeStatus(write: StatusWrite): Promise<boolean>;

  /** Stores the result unless one is there; returns the one that is stored, whoever's it is. */
  putBatchResult(result: BatchResult): Promise<BatchResult>;
  /** Consistent; null when there is none. */
  getBatchResult(poolName: string, bits: string, sweepId: string): Promise<BatchResult | null>;
  getNewestBatchResult(poolName: string, bits: string): Promise<BatchResult | null>;
  /** One proxy's results in one batch key, newest first. */
  queryProxyResults(
    poolName: string,
    bits: string,
    proxyId: string,
    query: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly ProxyResultEntry[]>;

  /**
   * Makes `sweep` the pool's running one (no running sweep and `lastSweepId < sweepId`), puts its
   * `bitCount` first in the pool's `batchBitCounts`, and stores its summary.
   */
  startSweep(sweep: Sweep): Promise<StartSweepOutcome>;
  /** Stores the summary of the pool's running sweep again if a crash left it without one. */
  ensureSweep(sweep: Sweep): Promise<Sweep>;
  /** Consistent; null when there is none. */
  getSweep(sweepId: string): Promise<Sweep | null>;
  /** A pool's sweeps, newest first; eventually consistent. */
  listSweeps(poolName: string, limit: number): Promise<readonly Sweep[]>;
  markSweepDispatched(sweepId: string, at: string): Promise<void>;
  /** Enters a batch in the ledger (again: no change); tells which batches its part now holds. */
  recordBatch(
    sweep: Pick<Sweep, 'sweepId' | 'expiresAtEpochSeconds'>,
    bits: string,
    counts: BatchCounts,
  ): Promise<{ readonly part: number; readonly recordedInPart: number }>;
  /** Marks a ledger part complete; tells which parts now are. */
  markPartComplete(sweepId: string, part: number): Promise<ReadonlySet<number>>;
  /** Every ledger entry of a sweep by batch; consistent. */
  readLedger(sweepId: string): Promise<ReadonlyMap<string, BatchCounts>>;
  /** Closes a running sweep; true for the one caller that did. */
  closeSweep(sweepId: string, closing: SweepClosing): Promise<boolean>;
  /** Records that batches arrived after the sweep had closed, and the totals with them. */
  recordLateBatches(sweepId: string, lateBatches: number, totals: BatchCounts): Promise<void>;
  /** Ends the pool's pointer to a running sweep, if it still points at this one. */
  clearRunningSweep(poolName: string, sweepId: string): Promise<void>;
}

/** One stored result of one proxy with the sweep and batch start it belongs to. */
export interface ProxyResultEntry {
  readonly sweepId: string;
  readonly startedAt: string;
  readonly result: StoredResult;
}
