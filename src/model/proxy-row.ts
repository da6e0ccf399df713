import type { ProxyStatus, Streak } from '../health/rise-fall.ts';
import type { Proxy } from '../proxies/proxy.ts';
import type { Formatted } from './format.ts';

/** How the use of a leased proxy went, as its user saw it. */
export const LeaseOutcome = {
  ok: 'ok',
  /** It worked, but too slowly for its user. */
  slow: 'slow',
  /** The target refused this proxy, which says nothing about other targets. */
  blocked: 'blocked',
  /** The proxy did not work. */
  failed: 'failed',
} as const;
export type LeaseOutcome = (typeof LeaseOutcome)[keyof typeof LeaseOutcome];

/** How many uses of a proxy ended in each outcome. */
export type UseCounts = Readonly<Record<LeaseOutcome, number>>;

/** The counts before the first use. */
export const NO_USES: UseCounts = { ok: 0, slow: 0, blocked: 0, failed: 0 };

/** A proxy as its pool knows it. */
export interface ProxyRow extends Formatted {
  readonly poolName: string;
  readonly proxy: Proxy;
  readonly status: ProxyStatus;
  readonly streak: Streak | null;
  /** The sweep that last wrote the row; `'0'` until one has. Never goes back. */
  readonly rowSweepId: string;
  /** The status before the last transition; absent before the first. */
  readonly previousStatus?: ProxyStatus;
  readonly statusSince: string;
  /** The sweep that made the last transition; absent before the first, and after one by hand. */
  readonly statusSweepId?: string;
  /** Consumers that may hold the proxy at once, 1 to 100; null when unlimited. @default 1 */
  readonly maxConcurrency: number | null;
  /** By token; leases that are over stay until they are removed. */
  readonly leases: Readonly<Record<string, StoredLease>>;
  /** Leases given so far; one whose request arrived twice may count twice. */
  readonly leaseCount: number;
  /** The outcomes that users reported on release. */
  readonly uses: UseCounts;
  /** Uses that failed since the last one that went well; absent before the first report. */
  readonly failuresInRow?: number;
  /** When a use last failed, epoch milliseconds; absent before the first. */
  readonly lastFailureAt?: number;
  /** By host, when it was last reported to block the proxy, epoch milliseconds. */
  readonly blocks: Readonly<Record<string, number>>;
  /** The same as its pool's; absent when the pool does not expire. */
  readonly expiresAtEpochSeconds?: number;
}

/** `rowSweepId` of a row that no sweep has written; less than every sweep id. */
export const NO_SWEEP_ID = '0';

/** A consumer's hold on a proxy, as the proxy's row keeps it. */
export interface StoredLease {
  readonly consumer: string;
  /** Epoch milliseconds, by the clock of the process that acquired it. */
  readonly acquiredAt: number;
  /** Epoch milliseconds. Only ever moves forward. */
  readonly expiresAt: number;
}
