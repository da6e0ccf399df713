import type { BatchResult, ProxyResult } from '../model/batch-result.ts';

/** Where what sweeps found is kept: one item per batch per sweep, written once. */
export interface ResultStorage {
  /** Stores the result unless one is there; returns the one that is stored, whoever's it is. */
  put(result: BatchResult): Promise<BatchResult>;
  /** Consistent; null when there is none. */
  get(poolName: string, bits: string, sweepId: string): Promise<BatchResult | null>;
  /** Eventually consistent; null when there is none. */
  getNewest(poolName: string, bits: string): Promise<BatchResult | null>;
  /** One proxy's results in one batch key, newest first; sweeps without it are left out. */
  queryByProxy(
    poolName: string,
    bits: string,
    proxyId: string,
    query: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly ProxyResult[]>;
}
