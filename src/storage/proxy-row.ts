import { ProxyStatus } from '../health/rise-fall.ts';
import type { Proxy } from '../proxies/proxy.ts';
import { NO_SWEEP_ID, type ProxyRow } from './proxy-storage.ts';

/** The row of a proxy that was just imported: never probed, never leased. */
export function createProxyRow(imported: {
  readonly poolName: string;
  readonly proxy: Proxy;
  readonly statusSince: string;
  readonly expiresAtEpochSeconds?: number;
}): ProxyRow {
  return {
    ...imported,
    status: ProxyStatus.unknown,
    streak: null,
    rowSweepId: NO_SWEEP_ID,
    maxConcurrency: 1,
    leases: {},
    leaseCount: 0,
  };
}
