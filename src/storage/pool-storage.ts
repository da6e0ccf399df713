import type { Pool, PoolPolicy } from '../model/pool.ts';

/** A sweep's claim on its pool. */
export interface PoolClaim {
  readonly poolName: string;
  readonly sweepId: string;
  /** The pool's new `batchBitCounts`, the sweep's own first. */
  readonly batchBitCounts: readonly number[];
}

/** Whether a claim succeeded; if not, what stood against it. */
export type ClaimOutcome =
  | { readonly claimed: true }
  /**
   * Another sweep runs, the pool has had this sweep id or a later one, or the pool is being
   * deleted or gone.
   */
  | { readonly claimed: false; readonly runningSweepId?: string; readonly lastSweepId?: string };

/** Stores pools. */
export interface PoolStorage {
  /** Stores a pool unless another of that name exists; true when the stored pool is this one. */
  create(pool: Pool): Promise<boolean>;
  /** Replaces the policy of a pool; null when there is none or it is being deleted. */
  updatePolicy(poolName: string, policy: PoolPolicy): Promise<Pool | null>;
  /** Reads consistently; null when there is none. */
  get(poolName: string): Promise<Pool | null>;
  /** Every pool, in no particular order. */
  list(): AsyncIterable<Pool>;
  /** Makes a sweep the pool's running one if none runs and `lastSweepId` is earlier. */
  claim(claim: PoolClaim): Promise<ClaimOutcome>;
  /** Clears the pool's pointer to its running sweep if it still points at this one. */
  clearRunningSweep(poolName: string, sweepId: string): Promise<void>;
  /** Marks a pool as being deleted; the first mark stays. Null when there is no pool. */
  markDeleting(poolName: string, at: string): Promise<Pool | null>;
  /** Removes this pool, not another of its name, if it is marked and no sweep runs; else false. */
  remove(pool: Pick<Pool, 'poolName' | 'salt'>): Promise<boolean>;
}
