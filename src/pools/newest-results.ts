import { BoundedMap } from '../async/bounded-map.ts';
import { batchOf } from '../model/batch-range.ts';
import type { BatchResult, ProxyResult } from '../model/batch-result.ts';
import type { Pool } from '../model/pool.ts';
import type { Storage } from '../storage/storage.ts';

/** How many batches are cached; a walk in id order needs only one per k in use. */
const MAX_CACHED_BATCHES = 64;

/** Finds the newest result of each proxy in a pool; a walk in id order reads each batch once. */
export class NewestResults {
  readonly #storage: Storage;
  readonly #pool: Pool;
  readonly #query: { readonly beforeSweepId?: string };
  readonly #batches = new BoundedMap<string, Promise<BatchResult | null>>(MAX_CACHED_BATCHES);

  /** @param query `beforeSweepId`: only results of sweeps earlier than this one */
  constructor(storage: Storage, pool: Pool, query: { readonly beforeSweepId?: string } = {}) {
    this.#storage = storage;
    this.#pool = pool;
    this.#query = query;
  }

  /** The newest result of a proxy; null when no sweep within retention has one. */
  async find(proxyId: string): Promise<ProxyResult | null> {
    const batches = await Promise.all(
      this.#pool.batchBitCounts.map((bitCount) => this.#newestOf(batchOf(proxyId, bitCount))),
    );
    const holders = batches
      .filter((batch) => batch !== null)
      .sort((a, b) => (a.sweepId < b.sweepId ? 1 : -1));
    for (const { sweepId, startedAt, results, newerFormat } of holders) {
      const result = results.get(proxyId);
      if (!result) continue;
      return { sweepId, startedAt, result, ...(newerFormat !== undefined && { newerFormat }) };
    }
    return null;
  }

  #newestOf(bits: string): Promise<BatchResult | null> {
    const cached = this.#batches.get(bits);
    if (cached) return cached;
    const read = this.#storage.results.getNewest(this.#pool.poolName, bits, this.#query);
    this.#batches.set(bits, read);
    return read;
  }
}

/** The time at which the probe of a result began, epoch milliseconds. */
export function probedAt({ startedAt, result }: ProxyResult): number {
  return Date.parse(startedAt) + result.offsetMs;
}
