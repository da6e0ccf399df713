import type { Clock } from '../../clock.ts';
import type { BatchResult, ProxyResult } from '../../model/batch-result.ts';
import type { ResultStorage } from '../result-storage.ts';
import { isExpired, unlessExpired } from '../storage.ts';

/** Batch results in one map per batch, keyed by sweep. */
export class MemoryResults implements ResultStorage {
  readonly #batches = new Map<string, Map<string, BatchResult>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(result: BatchResult): Promise<BatchResult> {
    const sweeps = this.#sweepsOf(result.poolName, result.bits);
    const stored = sweeps.get(result.sweepId);
    if (stored) return stored;
    sweeps.set(result.sweepId, result);
    return result;
  }

  async get(poolName: string, bits: string, sweepId: string) {
    return unlessExpired(this.#sweepsOf(poolName, bits).get(sweepId), this.#clock.now());
  }

  async getNewest(
    poolName: string,
    bits: string,
    query: { readonly beforeSweepId?: string } = {},
  ): Promise<BatchResult | null> {
    return this.#newestFirst(poolName, bits, query)[0] ?? null;
  }

  async queryByProxy(
    poolName: string,
    bits: string,
    proxyId: string,
    { limit, beforeSweepId }: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly ProxyResult[]> {
    return this.#newestFirst(poolName, bits, { beforeSweepId })
      .flatMap(({ sweepId, startedAt, results }) => {
        const result = results.get(proxyId);
        return result ? [{ sweepId, startedAt, result }] : [];
      })
      .slice(0, limit);
  }

  #newestFirst(
    poolName: string,
    bits: string,
    { beforeSweepId }: { readonly beforeSweepId?: string | undefined },
  ): BatchResult[] {
    return [...this.#sweepsOf(poolName, bits).values()]
      .filter(({ sweepId }) => beforeSweepId === undefined || sweepId < beforeSweepId)
      .filter((result) => !isExpired(result, this.#clock.now()))
      .sort((a, b) => (a.sweepId < b.sweepId ? 1 : -1));
  }

  #sweepsOf(poolName: string, bits: string): Map<string, BatchResult> {
    const key = `${poolName}#${bits}`;
    let sweeps = this.#batches.get(key);
    if (!sweeps) {
      sweeps = new Map();
      this.#batches.set(key, sweeps);
    }
    return sweeps;
  }
}
