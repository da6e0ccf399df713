import { ProxyStatus } from '../health/rise-fall.ts';
import { NO_SWEEP_ID, NO_USES, type ProxyRow } from '../model/proxy-row.ts';
import type { Proxy } from '../proxies/proxy.ts';
import type { InsertOptions } from './proxy-storage.ts';

/** Makes the row of a newly imported proxy: never probed, never leased. */
export function createProxyRow(
  imported: {
    readonly poolName: string;
    readonly proxy: Proxy;
    readonly statusSince: string;
  } & InsertOptions,
): ProxyRow {
  return {
    maxConcurrency: 1,
    ...imported,
    status: ProxyStatus.unknown,
    streak: null,
    rowSweepId: NO_SWEEP_ID,
    leases: {},
    leaseCount: 0,
    uses: NO_USES,
    blocks: {},
  };
}
