import type { Clock } from '../clock.ts';
import { chooseBitCount, estimatePoolSize, SIZE_SAMPLE } from '../model/batch-split.ts';
import type { PoolStatistics } from '../model/lease-figures.ts';
import type { Pool } from '../model/pool.ts';
import { SweepState } from '../model/sweep.ts';
import { requirePool } from '../pools/require-pool.ts';
import type { Storage } from '../storage/storage.ts';
import { CachedReads } from './cached-reads.ts';

/** Newest sweeps read: only one may be running, so the last closed one is among them. */
const SWEEPS_LOOKED_AT = 3;

/** A pool and how it is searched. */
export interface LeasingPool {
  readonly pool: Pool;
  /** k: the pool is searched in 2^k batches. */
  readonly bitCount: number;
}

/** Pools and their figures, up to 30 seconds old, so that an acquisition need not read them. */
export class LeasingPools {
  readonly #storage: Storage;
  readonly #pools: CachedReads<LeasingPool>;
  readonly #statistics: CachedReads<PoolStatistics | null>;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#pools = new CachedReads(clock, (poolName) => this.#readPool(poolName));
    this.#statistics = new CachedReads(clock, (poolName) => this.#readStatistics(poolName));
  }

  /**
   * The pool, up to 30 seconds old.
   *
   * @throws {NotFoundError} when there is no such pool
   * @throws {ConflictError} when it is being deleted
   */
  get(poolName: string): Promise<LeasingPool> {
    return this.#pools.get(poolName);
  }

  /** The pool as it is now. Throws what `get` throws. */
  refresh(poolName: string): Promise<LeasingPool> {
    return this.#pools.refresh(poolName);
  }

  /** The pool as it is now, or was up to 3 seconds ago. Throws what `get` throws. */
  doubt(poolName: string): Promise<LeasingPool> {
    return this.#pools.doubt(poolName);
  }

  /** Figures of the last closed sweep, without its missing batches; null when there are none. */
  statisticsOf(poolName: string): Promise<PoolStatistics | null> {
    return this.#statistics.get(poolName);
  }

  async #readPool(poolName: string): Promise<LeasingPool> {
    const pool = await requirePool(this.#storage, poolName);
    const [current] = pool.batchBitCounts;
    if (current !== undefined) return { pool, bitCount: current };
    // No sweep has split the pool yet, so it is searched as its first sweep would split it.
    const firstIds = await this.#storage.proxies.queryIds(poolName, SIZE_SAMPLE);
    return { pool, bitCount: chooseBitCount(estimatePoolSize(firstIds)) };
  }

  async #readStatistics(poolName: string): Promise<PoolStatistics | null> {
    const sweeps = await this.#storage.sweeps.list(poolName, { limit: SWEEPS_LOOKED_AT });
    const closed = sweeps.find(({ state }) => state !== SweepState.running);
    const figures = closed?.totals?.leasing;
    return figures && closed ? { ...figures, asOf: closed.startedAt } : null;
  }
}
