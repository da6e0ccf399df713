import { isHealthy } from '../../health/health-check-result.ts';
import type { ProxyStatus } from '../../health/rise-fall.ts';
import type { ProxyResult } from '../../model/batch-result.ts';
import { liveLeases } from '../../model/lease-room.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { probedAt } from '../../pools/newest-results.ts';
import type { Proxy } from '../../proxies/proxy.ts';

/** A proxy as filters and selectors see it: its row joined with the newest result. */
export interface LeaseCandidate {
  readonly proxy: Proxy;
  readonly status: ProxyStatus;
  /** How many consumers may hold it at once; null when unlimited. */
  readonly maxConcurrency: number | null;
  /** How many leases it has had. */
  readonly leaseCount: number;
  /** How many leases may still be held; always 0 for an unlimited proxy. */
  readonly currentLeases: number;
  /** Latency of the newest result; null unless that result is healthy. */
  readonly latencyMs: number | null;
  /** When the newest probe found it healthy, epoch milliseconds; null unless it did. */
  readonly verifiedAt: number | null;
}

/**
 * Joins a row with its newest result.
 *
 * @param endedBy leases that expire no later than this are over, epoch milliseconds
 */
export function toCandidate(
  row: ProxyRow,
  newest: ProxyResult | null,
  endedBy: number,
): LeaseCandidate {
  const { proxy, status, maxConcurrency, leaseCount } = row;
  const healthy = newest && isHealthy(newest.result) ? newest : null;
  return {
    proxy,
    status,
    maxConcurrency,
    leaseCount,
    currentLeases: liveLeases(row, endedBy).length,
    latencyMs: healthy?.result.latencyMs ?? null,
    verifiedAt: healthy && probedAt(healthy),
  };
}
