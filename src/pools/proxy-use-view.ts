import type { ProxyResult } from '../model/batch-result.ts';
import type { LeasingSettings } from '../model/leasing-settings.ts';
import type { ProxyRow, UseCounts } from '../model/proxy-row.ts';
import { isBlockedOn } from './blocks.ts';
import { quarantinedUntil } from './quarantine.ts';

/** Who uses a proxy, and what its users say of it; names no lease. */
export interface ProxyUseView {
  /** Consumers that may hold the proxy at once; null: unlimited. */
  readonly maxConcurrency: number | null;
  /** Those that run, the oldest first; never any of an unlimited proxy, which keeps none. */
  readonly leases: readonly LeaseView[];
  /** Leases there have been; an unlimited proxy does not count them. */
  readonly leaseCount: number;
  /** What users reported on release. */
  readonly uses: UseCounts;
  /** ISO 8601; null when its users' failures do not keep it from use. */
  readonly quarantinedUntil: string | null;
  /** Targets that were reported to block the proxy, by host. */
  readonly blockedOn: readonly BlockView[];
}

/** A consumer's hold on a proxy, without the id that could end it. */
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

/** @param now epoch milliseconds */
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
