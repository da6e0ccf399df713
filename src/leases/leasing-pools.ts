import type { Clock } from '../clock.ts';
import type { Storage } from '../storage/storage.ts';
import { chooseBitCount, estimatePoolSize, SIZE_SAMPLE } from '../sweeps/planning.ts';
import type { Pool } from '../sweeps/pool.ts';
import { requirePool } from '../sweeps/required.ts';

/** How long a pool's record is believed without reading it again, milliseconds. */
const MAX_AGE_MS = 30_000;

/** A pool and how it is looked through. */
export interface LeasingPool {
  readonly pool: Pool;
  /** k: the pool is looked through in 2^k batches. */
  readonly bitCount: number;
}

interface Entry {
  readonly read: Promise<LeasingPool>;
  readonly readAt: number;
}

/** The records of pools, each read at most every 30 seconds, by one caller for all. */
export class LeasingPools {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /**
   * A pool, up to 30 seconds old.
   *
   * @throws {NotFoundError} when there is no such pool
   * @throws {ConflictError} when it is being deleted
   */
  get(poolName: string): Promise<LeasingPool> {
    const known = this.#entries.get(poolName);
    const now = this.#clock.monotonic();
    return known && now - known.readAt < MAX_AGE_MS ? known.read : this.refresh(poolName);
  }

  /** The pool as it is now. @throws as `get` does */
  refresh(poolName: string): Promise<LeasingPool> {
    const entry = { read: this.#read(poolName), readAt: this.#clock.monotonic() };
    this.#entries.set(poolName, entry);
    entry.read.catch(() => {
      if (this.#entries.get(poolName) === entry) this.#entries.delete(poolName);
    });
    return entry.read;
  }

  async #read(poolName: string): Promise<LeasingPool> {
    const pool = await requirePool(this.#storage, poolName);
    const [current] = pool.batchBitCounts;
    if (current !== undefined) return { pool, bitCount: current };
    // No sweep has split it yet: it is looked through as its first sweep would.
    const firstIds = await this.#storage.queryProxyIds(poolName, SIZE_SAMPLE);
    return { pool, bitCount: chooseBitCount(estimatePoolSize(firstIds)) };
  }
}
