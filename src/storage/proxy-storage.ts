import type { ProxyStatus, StatusState } from '../health/rise-fall.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import type { Proxy } from '../proxies/proxy.ts';

/** A page of rows. Pass `next` back as `after`; it is absent on the last page. */
export interface RowPage {
  readonly rows: readonly ProxyRow[];
  readonly next?: string;
}

/** Selects a page of a pool's rows. */
export interface RowQuery {
  /** First and last proxy id, inclusive. @default the whole pool */
  readonly range?: { readonly low: string; readonly high: string };
  /** Only ids greater than this one. */
  readonly after?: string;
  /** The most rows in a page, 1 to 1,025; every page except the last is full. */
  readonly limit: number;
  /** Whether the read sees every completed write. @default false */
  readonly consistent?: boolean;
}

/** A status or streak change of one row, fenced by the sweep that decided it. */
export interface StatusWrite {
  readonly poolName: string;
  readonly proxyId: string;
  readonly sweepId: string;
  /** The `rowSweepId` that was read; must be less than `sweepId`. */
  readonly expectedRowSweepId: string;
  readonly before: StatusState;
  readonly after: StatusState;
  /** The wall-clock time of the change, ISO 8601. */
  readonly at: string;
}

/** A status set by hand: `banned`, or `unknown` to let the next verdict decide. */
export interface ManualStatusWrite {
  readonly poolName: string;
  readonly proxyId: string;
  readonly status: 'banned' | 'unknown';
  /** ISO 8601. */
  readonly at: string;
}

/** Selects ids of one status. */
export interface StatusIdQuery {
  /** Only ids greater than this one. */
  readonly after?: string;
  /** Only ids up to this one, or up to this prefix of an id. @default all */
  readonly upTo?: string;
  /** The most ids. */
  readonly limit: number;
}

/** Settings of the rows that an insert adds. */
export interface InsertOptions {
  /** The expiry of the pool. @default the rows do not expire */
  readonly expiresAtEpochSeconds?: number;
  /** The limit of each new row: 1 to 100, or null for unlimited. @default 1 */
  readonly maxConcurrency?: number | null;
}

/** How many proxies were new, and how many the pool already had. */
export interface InsertOutcome {
  readonly added: number;
  readonly existing: number;
}

/** Stores the proxies of all pools, one row each. */
export interface ProxyStorage {
  /** Inserts the proxies that are new, as `unknown`; existing rows do not change. */
  insert(
    poolName: string,
    proxies: readonly Proxy[],
    options?: InsertOptions,
  ): Promise<InsertOutcome>;
  /** Reads consistently; null when there is none. */
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
  /** The first ids of a pool in id order, to estimate its size; consistent. */
  queryIds(poolName: string, limit: number): Promise<readonly string[]>;
  /**
   * Writes a decided status. False, with nothing written, when the row is gone or banned, or when
   * another sweep has written it since it was read; the caller then rereads it and decides again.
   *
   * @throws {BusyError} when the storage takes no more writes of rows now; nothing is written then
   */
  writeStatus(write: StatusWrite): Promise<boolean>;
  /** Sets a status by hand and clears the streak; keeps `rowSweepId`. Null when there is no row. */
  writeManualStatus(write: ManualStatusWrite): Promise<ProxyRow | null>;
  /** Deletes these rows; ignores those that do not exist. */
  deleteMany(poolName: string, proxyIds: readonly string[]): Promise<void>;
  /** Deletes a row; false when there was none. */
  delete(poolName: string, proxyId: string): Promise<boolean>;
}
