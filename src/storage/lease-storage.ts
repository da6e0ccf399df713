import type { ProxyStatus } from '../health/rise-fall.ts';
import type { LeaseOutcome, ProxyRow, StoredLease } from '../model/proxy-row.ts';

/** Names one lease. Tokens are random, so that a lease that has ended cannot name a newer one. */
interface LeaseKey {
  readonly poolName: string;
  readonly proxyId: string;
  readonly token: string;
}

/** Leases of one row that ended before the row was read. */
export interface EndedLeases {
  /** At most `MAX_ENDED_NAMED`. */
  readonly tokens: readonly string[];
  /** Each of them expires no later than this, epoch milliseconds. */
  readonly endedBy: number;
}

export interface LeaseAcquisition extends LeaseKey {
  readonly lease: StoredLease;
  /** The statuses the proxy may have; the write is refused when it has another one by now. */
  readonly statuses: readonly ProxyStatus[];
  /** As it was read, 1 to 100; the write is refused when it has changed. */
  readonly maxConcurrency: number;
  /** Make room and are removed; the write is refused when one of them is no longer over. */
  readonly ended: EndedLeases;
}

export interface LeaseRenewal extends LeaseKey {
  readonly expiresAt: number;
  /** By the holder's clock: the lease must run at that time. */
  readonly now: number;
}

/** How a use of a proxy went. */
export interface UseReport {
  readonly outcome: LeaseOutcome;
  /** In canonical form: the target that blocked the proxy. */
  readonly targetHost?: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface LeaseRelease extends LeaseKey {
  readonly use?: UseReport;
}

/** Ended leases that one write may name: keeps its expressions well below 4 KB (AWS: "Quotas"). */
export const MAX_ENDED_NAMED = 20;

/** Who holds which proxy, and what they report of it: all of it on the proxy's own row. */
export interface LeaseStorage {
  /**
   * Adds a lease to its row, in one write, if the conditions of `LeaseAcquisition` hold and the
   * leases that are not over leave room. Repeated after its answer was lost it succeeds and
   * changes nothing but `leaseCount`, which counts it again. Null, and nothing written, otherwise.
   *
   * @returns the row with the lease
   */
  acquire(acquisition: LeaseAcquisition): Promise<ProxyRow | null>;
  /**
   * Has a running lease end later; an end that is later already stays. Null when there is no such
   * lease, when it is over, or when the proxy was banned.
   *
   * @returns the row with the lease as it is now
   */
  renew(renewal: LeaseRenewal): Promise<ProxyRow | null>;
  /**
   * Removes a lease and notes how the use went, in one write; null, and nothing noted, when the
   * lease is gone.
   *
   * @returns the row as it was, the lease still in it
   */
  release(release: LeaseRelease): Promise<ProxyRow | null>;
  /**
   * Notes how a use without a lease on the row went; returns the row as it was, null without one.
   * Every call counts: one that is repeated is noted twice.
   */
  recordUse(poolName: string, proxyId: string, use: UseReport): Promise<ProxyRow | null>;
  /** Removes ended leases, if every one of them is there and still over; tells whether. */
  removeEnded(poolName: string, proxyId: string, ended: EndedLeases): Promise<boolean>;
  /** Forgets blocks, at most 20 hosts, if every one is as it was read; tells whether. */
  removeBlocks(
    poolName: string,
    proxyId: string,
    blocks: Readonly<Record<string, number>>,
  ): Promise<boolean>;
  /** 1 to 100, or null: unlimited. Leases that run stay. Null when there is no row. */
  setMaxConcurrency(
    poolName: string,
    proxyId: string,
    maxConcurrency: number | null,
  ): Promise<ProxyRow | null>;
}
