import type { Pool, PoolPolicy } from '../model/pool.ts';

/** A sweep's claim on its pool. */
export interface PoolClaim {
  readonly poolName: string;
  readonly sweepId: string;
  /** The pool's `batchBitCounts` from now on: the sweep's own first. */
  readonly batchBitCounts: readonly number[];
}

export type ClaimOutcome =
  | { readonly claimed: true }
  /** Another sweep runs, or the pool has seen this id or a later one, or is deleted, or gone. */
  | { readonly claimed: false; readonly runningSweepId?: string; readonly lastSweepId?: string };

/** Where pools are kept. */
export interface PoolStorage {
  /** Stores a pool unless another of that name exists; tells whether the pool stored is this one. */
  create(pool: Pool): Promise<boolean>;
  /** Replaces the policy of an existing pool; null when there is none, or it is being deleted. */
  updatePolicy(poolName: string, policy: PoolPolicy): Promise<Pool | null>;
  /** Consistent; null when there is none. */
  get(poolName: string): Promise<Pool | null>;
  list(): AsyncIterable<Pool>;
  /** Makes a sweep the pool's running one, if none runs and `lastSweepId` is an earlier one. */
  claim(claim: PoolClaim): Promise<ClaimOutcome>;
  /** Ends the pool's pointer to a running sweep, if it still points at this one. */
  clearRunningSweep(poolName: string, sweepId: string): Promise<void>;
  /** Marks a pool as being deleted, for good (again: the first mark stays); null without one. */
  markDeleting(poolName: string, at: string): Promise<Pool | null>;
  /** Removes a marked pool that has no running sweep, and no other pool of its name; tells whether. */
  remove(pool: Pick<Pool, 'poolName' | 'salt'>): Promise<boolean>;
}
