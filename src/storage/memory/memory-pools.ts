import type { Clock } from '../../clock.ts';
import { isListed, isTended, type Pool, type PoolState } from '../../model/pool.ts';
import { readStoredPolicy } from '../../model/stored-policy.ts';
import type {
  ClaimOutcome,
  EdgeCause,
  PolicyChange,
  PoolClaim,
  PoolQuery,
  PoolStorage,
  SweepFindings,
} from '../pool-storage.ts';
import { unlessExpired } from '../storage.ts';

/** Pools in a map. */
export class MemoryPools implements PoolStorage {
  readonly #pools = new Map<string, Pool>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async create(pool: Pool): Promise<boolean> {
    const stored = this.#find(pool.poolName);
    if (stored) return stored.salt === pool.salt;
    this.#pools.set(pool.poolName, { ...pool, ...readStoredPolicy(pool) });
    return true;
  }

  async updatePolicy(
    poolName: string,
    { policy, policyVersion, replaces }: PolicyChange,
  ): Promise<Pool | null> {
    const pool = this.#find(poolName);
    if (!pool || pool.deletingSince !== undefined || pool.policyVersion !== replaces) return null;
    const { unusable: _earlier, ...kept } = pool;
    const updated = { ...kept, ...readStoredPolicy(policy), policyVersion };
    this.#pools.set(poolName, updated);
    return updated;
  }

  async get(poolName: string): Promise<Pool | null> {
    return this.#find(poolName);
  }

  async *listByName({ after = '' }: PoolQuery = {}): AsyncGenerator<Pool> {
    for (const poolName of [...this.#pools.keys()].sort()) {
      const pool = poolName > after ? this.#find(poolName) : null;
      if (pool && isListed(pool)) yield pool;
    }
  }

  async *listTended(): AsyncGenerator<PoolState> {
    for (const poolName of [...this.#pools.keys()]) {
      const pool = this.#find(poolName);
      if (pool && isTended(pool)) yield pool;
    }
  }

  async claim(request: PoolClaim): Promise<ClaimOutcome> {
    const { poolName, sweepId, batchBitCounts, wholeSweepId } = request;
    const pool = this.#find(poolName);
    if (!pool || pool.deletingSince !== undefined) return { claimed: false };
    const { runningSweepId, lastSweepId } = pool;
    if (runningSweepId !== undefined || (lastSweepId !== undefined && lastSweepId >= sweepId)) {
      return {
        claimed: false,
        ...(runningSweepId !== undefined && { runningSweepId }),
        ...(lastSweepId !== undefined && { lastSweepId }),
      };
    }
    const claim = { runningSweepId: sweepId, lastSweepId: sweepId, batchBitCounts };
    const { wholeSweepId: _earlier, ...kept } = pool;
    this.#pools.set(poolName, { ...kept, ...claim, ...(wholeSweepId && { wholeSweepId }) });
    return { claimed: true };
  }

  async clearRunningSweep(
    poolName: string,
    sweepId: string,
    { availability, changed }: SweepFindings = {},
  ): Promise<void> {
    const pool = this.#find(poolName);
    if (pool?.runningSweepId !== sweepId) return;
    const { runningSweepId: _cleared, lastAvailability, lastSweepChanged, ...idle } = pool;
    const found = availability === undefined ? lastAvailability : (availability ?? undefined);
    this.#pools.set(poolName, {
      ...idle,
      ...(found !== undefined && { lastAvailability: found }),
      ...((changed ?? lastSweepChanged) && { lastSweepChanged: true }),
    });
  }

  async noteEdge(poolName: string, cause: EdgeCause, at: string): Promise<void> {
    const pool = this.#find(poolName);
    if (pool) this.#pools.set(poolName, { ...pool, [cause]: at });
  }

  async markDeleting(poolName: string, at: string): Promise<Pool | null> {
    const pool = this.#find(poolName);
    if (!pool || pool.deletingSince !== undefined) return pool;
    const marked = { ...pool, deletingSince: at };
    this.#pools.set(poolName, marked);
    return marked;
  }

  async remove({ poolName, salt }: Pick<Pool, 'poolName' | 'salt'>): Promise<boolean> {
    const pool = this.#find(poolName);
    if (pool?.deletingSince === undefined || pool.salt !== salt) return false;
    if (pool.runningSweepId !== undefined) return false;
    return this.#pools.delete(poolName);
  }

  #find(poolName: string): Pool | null {
    return unlessExpired(this.#pools.get(poolName), this.#clock.now());
  }
}
