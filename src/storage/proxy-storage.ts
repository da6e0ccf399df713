import type { ProxyStatus, StatusState } from '../health/rise-fall.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import type { Proxy } from '../proxies/proxy.ts';

/** A page of rows; `next` is passed back as `after`, and absent on the last page. */
export interface RowPage {
  readonly rows: readonly ProxyRow[];
  readonly next?: string;
}

export interface RowQuery {
  /** First and last proxy id, inclusive. @default the whole pool */
  readonly range?: { readonly low: string; readonly high: string };
  /** Only ids greater than this one. */
  readonly after?: string;
  /** Rows per page at most, 1 to 1,025; a page that is not the last is full. */
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

/** A status set by hand: `banned`, or `unknown` to let the next verdict decide. */
export interface ManualStatusWrite {
  readonly poolName: string;
  readonly proxyId: string;
  readonly status: 'banned' | 'unknown';
  readonly at: string;
}

export interface StatusIdQuery {
  /** Only ids greater than this one. */
  readonly after?: string;
  /** Only ids up to this one, which may be the beginning of an id. @default all */
  readonly upTo?: string;
  readonly limit: number;
}

export interface InsertOptions {
  /** As the pool's. @default the rows do not expire */
  readonly expiresAtEpochSeconds?: number;
  /** Of new rows: 1 to 100, or null for unlimited. @default 1 */
  readonly maxConcurrency?: number | null;
}

export interface InsertOutcome {
  readonly added: number;
  readonly existing: number;
}

/** Where the proxies of all pools are kept, one row each. */
export interface ProxyStorage {
  /** Inserts those not there yet, as `unknown`; existing rows stay as they are. */
  insert(
    poolName: string,
    proxies: readonly Proxy[],
    options?: InsertOptions,
  ): Promise<InsertOutcome>;
  /** Consistent; null when there is none. */
  get(poolName: string, proxyId: string): Promise<ProxyRow | null>;
  /** Rows in id order. */
  query(poolName: string, query: RowQuery): Promise<RowPage>;
  /** Rows of one status in id order; the choice is eventually consistent, the rows are current. */
  queryByStatus(
    poolName: string,
    status: ProxyStatus,
    query: { readonly after?: string; readonly limit: number },
  ): Promise<RowPage>;
  /** Ids of one status in id order, without their rows; eventually consistent. */
  queryIdsByStatus(
    poolName: string,
    status: ProxyStatus,
    query: StatusIdQuery,
  ): Promise<readonly string[]>;
  /** The first ids of a pool in id order, for estimating its size; consistent. */
  queryIds(poolName: string, limit: number): Promise<readonly string[]>;
  /**
   * Writes a decided status. False, and nothing written, when the row is gone or banned, or
   * another sweep wrote it since it was read: reread and decide again.
   */
  writeStatus(write: StatusWrite): Promise<boolean>;
  /** Sets a status by hand; clears the streak, leaves `rowSweepId`. Null when there is no row. */
  writeManualStatus(write: ManualStatusWrite): Promise<ProxyRow | null>;
  /** Deletes all of these rows; those that are not there do not matter. */
  deleteMany(poolName: string, proxyIds: readonly string[]): Promise<void>;
  /** Tells whether there was one. */
  delete(poolName: string, proxyId: string): Promise<boolean>;
}
