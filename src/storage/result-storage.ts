import type { BatchResult, StoredResult } from '../model/batch-result.ts';

/** One stored result of one proxy with the sweep and batch start it belongs to. */
export interface ProxyResultEntry {
  readonly sweepId: string;
  readonly startedAt: string;
  readonly result: StoredResult;
}

/** Where what sweeps found is kept: one item per batch per sweep, written once. */
export interface ResultStorage {
  /** Stores the result unless one is there; returns the one that is stored, whoever's it is. */
  putBatchResult(result: BatchResult): Promise<BatchResult>;
  /** Consistent; null when there is none. */
  getBatchResult(poolName: string, bits: string, sweepId: string): Promise<BatchResult | null>;
  /** Eventually consistent; null when there is none. */
  getNewestBatchResult(poolName: string, bits: string): Promise<BatchResult | null>;
  /** One proxy's results in one batch key, newest first; sweeps without it are left out. */
  queryProxyResults(
    poolName: string,
    bits: string,
    proxyId: string,
    query: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly ProxyResultEntry[]>;
}
