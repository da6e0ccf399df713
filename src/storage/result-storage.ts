import type { BatchResult, ProxyResult } from '../model/batch-result.ts';

/** Stores what sweeps found: one item per batch and sweep, written once. */
export interface ResultStorage {
  /** Stores the result unless one exists; returns the stored one, which may be another writer's. */
  put(result: BatchResult): Promise<BatchResult>;
  /** Reads consistently; null when there is none. */
  get(poolName: string, bits: string, sweepId: string): Promise<BatchResult | null>;
  /**
   * The newest result of a batch; eventually consistent, null when there is none.
   *
   * @param query `beforeSweepId`: only of sweeps earlier than this one
   */
  getNewest(
    poolName: string,
    bits: string,
    query?: { readonly beforeSweepId?: string },
  ): Promise<BatchResult | null>;
  /** One proxy's results in one batch, newest first; omits sweeps that did not have the proxy. */
  queryByProxy(
    poolName: string,
    bits: string,
    proxyId: string,
    query: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly ProxyResult[]>;
}
