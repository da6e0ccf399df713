import type { ProxyResult } from '../model/batch-result.ts';
import type { LeasingSettings } from '../model/leasing-settings.ts';
import type { ProxyRow, UseCounts } from '../model/proxy-row.ts';
import { isBlockedOn } from './blocks.ts';
import { quarantinedUntil } from './quarantine.ts';

/** Who uses a proxy and what its users report; contains no lease id. */
export interface ProxyUseView {
  /** How many consumers may hold the proxy at once; null when unlimited. */
  readonly maxConcurrency: number | null;
  /** Its running leases, oldest first; always empty for an unlimited proxy, which stores none. */
  readonly leases: readonly LeaseView[];
  /** How many leases there have been; an unlimited proxy does not count them. */
  readonly leaseCount: number;
  /** How often users reported each outcome. */
  readonly uses: UseCounts;
  /** ISO 8601; null when the proxy is not in quarantine. */
  readonly quarantinedUntil: string | null;
  /** The targets that block the proxy according to its users, by host. */
  readonly blockedOn: readonly BlockView[];
}

/** A lease without its id, which would let a reader end it. */
interface LeaseView {
  readonly consumer: string;
  /** ISO 8601. */
  readonly acquiredAt: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** A target that blocks a proxy. */
interface BlockView {
  readonly host: string;
  /** ISO 8601. */
  readonly until: string;
}

/**
 * Builds the view from a proxy's row and its newest result.
 *
 * @param now epoch milliseconds
 */
export function viewProxyUse(
  { row, newest }: { readonly row: ProxyRow; readonly newest: ProxyResult | null },
  settings: LeasingSettings,
  now: number,
): ProxyUseView {
  const { maxConcurrency, leaseCount, uses } = row;
  const until = quarantinedUntil({ row, newest }, settings, now);
  return {
    maxConcurrency,
    leases: viewLeases(row, now),
    leaseCount,
    uses,
    quarantinedUntil: until !== null && until > now ? isoOf(until) : null,
    blockedOn: viewBlocks(row, settings, now),
  };
}

function viewLeases({ leases }: ProxyRow, now: number): LeaseView[] {
  return Object.values(leases)
    .filter(({ expiresAt }) => expiresAt > now)
    .sort((a, b) => a.acquiredAt - b.acquiredAt)
    .map(({ consumer, acquiredAt, expiresAt }) => ({
      consumer,
      acquiredAt: isoOf(acquiredAt),
      expiresAt: isoOf(expiresAt),
    }));
}

function viewBlocks({ blocks }: ProxyRow, settings: LeasingSettings, now: number): BlockView[] {
  return Object.entries(blocks)
    .filter(([host]) => isBlockedOn({ blocks }, host, settings, now))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([host, at]) => ({ host, until: isoOf(at + settings.blockSeconds * 1000) }));
}

function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
