import type { ProxyStatus } from '../health/rise-fall.ts';
import type { LeaseOutcome, ProxyRow, StoredLease } from '../model/proxy-row.ts';

/** Identifies one lease. Tokens are random: the token of an ended lease never names a newer one. */
interface LeaseKey {
  readonly poolName: string;
  readonly proxyId: string;
  readonly token: string;
}

/** Leases on one row that had ended when the row was read. */
export interface EndedLeases {
  /** At most `MAX_ENDED_NAMED`. */
  readonly tokens: readonly string[];
  /** The latest time at which any of them expires, epoch milliseconds. */
  readonly endedBy: number;
}

/** A lease to add to a row, and the conditions for it. */
export interface LeaseAcquisition extends LeaseKey {
  readonly lease: StoredLease;
  /** The statuses the proxy may have; the write is refused when it now has another one. */
  readonly statuses: readonly ProxyStatus[];
  /** The limit that was read, 1 to 100; the write is refused when it has changed. */
  readonly maxConcurrency: number;
  /** Removed to make room; the write is refused when one of them is gone or has been renewed. */
  readonly ended: EndedLeases;
}

/** A later end for a running lease. */
export interface LeaseRenewal extends LeaseKey {
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The time by the holder's clock, epoch milliseconds; the lease must still run then. */
  readonly now: number;
}

/** How a use of a proxy went. */
export interface UseReport {
  readonly outcome: LeaseOutcome;
  /** The target that blocked the proxy, in canonical form. */
  readonly targetHost?: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A lease to remove, and how its use went, if the holder reports it. */
export interface LeaseRelease extends LeaseKey {
  readonly use?: UseReport;
}

/** The most ended leases one write names: its expressions stay well below 4 KB (AWS: "Quotas"). */
export const MAX_ENDED_NAMED = 20;

/** Stores who holds which proxy and what holders report, all on the proxy's own row. */
export interface LeaseStorage {
  /**
   * Adds a lease to its row in one write if the conditions of `LeaseAcquisition` hold and the
   * other leases leave room. A repetition after a lost answer succeeds and changes only
   * `leaseCount`, which counts it again.
   *
   * @returns the row with the lease; null, with nothing written, when a condition does not hold
   */
  acquire(acquisition: LeaseAcquisition): Promise<ProxyRow | null>;
  /**
   * Extends a running lease; never moves its end to an earlier time.
   *
   * @returns the row with the renewed lease; null when there is no such lease, when it has ended,
   * or when the proxy is banned
   */
  renew(renewal: LeaseRenewal): Promise<ProxyRow | null>;
  /**
   * Removes a lease and records how the use went, in one write.
   *
   * @returns the row before the write; null, with nothing recorded, when the lease is gone
   */
  release(release: LeaseRelease): Promise<ProxyRow | null>;
  /**
   * Records how a use without a lease on the row went. Every call counts: a repeated call is
   * recorded twice.
   *
   * @returns the row before the write; null when there is none
   */
  recordUse(poolName: string, proxyId: string, use: UseReport): Promise<ProxyRow | null>;
  /** Removes all of the named leases if each still exists and has ended; false otherwise. */
  removeEnded(poolName: string, proxyId: string, ended: EndedLeases): Promise<boolean>;
  /** Removes the given blocks, at most 20, if none has changed since the read; else false. */
  removeBlocks(
    poolName: string,
    proxyId: string,
    blocks: Readonly<Record<string, number>>,
  ): Promise<boolean>;
  /**
   * Sets the limit: 1 to 100, or null for unlimited. Running leases stay.
   *
   * @returns the changed row; null when there is none
   */
  setMaxConcurrency(
    poolName: string,
    proxyId: string,
    maxConcurrency: number | null,
  ): Promise<ProxyRow | null>;
}
