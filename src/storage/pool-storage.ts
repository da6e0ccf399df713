import type { Pool, PoolPolicy, PoolState } from '../model/pool.ts';

/** A sweep's claim on its pool. */
export interface PoolClaim {
  readonly poolName: string;
  readonly sweepId: string;
  /** The pool's new `batchBitCounts`, the sweep's own first. */
  readonly batchBitCounts: readonly number[];
  /** Of an edge sweep: the pool's last sweep that was none. @default the sweep is none itself */
  readonly wholeSweepId?: string;
  /** The pool's expiry, if it has one. */
  readonly expiresAtEpochSeconds?: number;
}

/** Which pools to list. */
export interface PoolQuery {
  /** Only pools with greater names. */
  readonly after?: string;
  /** How many are wanted; a hint for reading, since fewer or more may be taken. @default 100 */
  readonly wanted?: number;
}

/** A new version of a pool's policy. */
export interface PolicyChange {
  /** Without its CA bundle. */
  readonly policy: PoolPolicy;
  readonly policyVersion: string;
  /** The version that it replaces; undefined when the pool has none yet. */
  readonly replaces: string | undefined;
}

/** What an ended sweep says of its pool. */
export interface SweepFindings {
  /** See `Pool.lastAvailability`; null when there were no proxies. @default the pool keeps its own */
  readonly availability?: number | null | undefined;
  /** See `Pool.lastSweepChanged`. @default the pool keeps its own */
  readonly changed?: boolean;
}

/**
 * Why a sweep has to come before the schedule's next: since then proxies are new, or one has failed
 * while leased.
 */
export type EdgeCause = 'newSince' | 'failedSince';

/** Whether a claim succeeded; if not, what stood against it. */
export type ClaimOutcome =
  | { readonly claimed: true }
  /**
   * Another sweep runs, the pool has had this sweep id or a later one, or the pool is being
   * deleted or gone.
   */
  | { readonly claimed: false; readonly runningSweepId?: string; readonly lastSweepId?: string };

/** Stores pools; their policies are read as those of `PolicyStorage` are. */
export interface PoolStorage {
  /** Stores a pool unless another of that name exists; true when the stored pool is this one. */
  create(pool: Pool): Promise<boolean>;
  /**
   * Replaces the policy of a pool; null when there is no pool, it is being deleted, or its policy
   * is not the version to replace.
   */
  updatePolicy(poolName: string, change: PolicyChange): Promise<Pool | null>;
  /** Reads consistently; null when there is none. */
  get(poolName: string): Promise<Pool | null>;
  /** The pools that do not expire, by name. */
  listByName(query?: PoolQuery): AsyncIterable<Pool>;
  /** The pools that a tick may have to tend (`isTended`), in no particular order. */
  listTended(): AsyncIterable<PoolState>;
  /** Makes a sweep the pool's running one if none runs and `lastSweepId` is earlier. */
  claim(claim: PoolClaim): Promise<ClaimOutcome>;
  /** Clears the pool's pointer to its running sweep if it still points at this one. */
  clearRunningSweep(poolName: string, sweepId: string, findings?: SweepFindings): Promise<void>;
  /** Notes a cause on a pool, if it is there. @param at ISO 8601 */
  noteEdge(poolName: string, cause: EdgeCause, at: string): Promise<void>;
  /** Marks a pool as being deleted; the first mark stays. Null when there is no pool. */
  markDeleting(poolName: string, at: string): Promise<Pool | null>;
  /** Removes this pool, not another of its name, if it is marked and no sweep runs; else false. */
  remove(pool: Pick<Pool, 'poolName' | 'salt'>): Promise<boolean>;
}
