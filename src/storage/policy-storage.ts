import type { PoolPolicy } from '../model/pool.ts';

/** One version of a pool's policy. */
export interface PolicyVersion {
  /** Unique: a policy that is set again is another version. */
  readonly policyVersion: string;
  readonly policy: PoolPolicy;
  /** Absent while a pool that does not expire has this version. */
  readonly expiresAtEpochSeconds?: number;
}

/**
 * Stores the versions of policies, which never change. Pools and sweeps name theirs. Whatever one was
 * stored without, by an earlier version, has its default of today when it is read.
 */
export interface PolicyStorage {
  put(version: PolicyVersion): Promise<void>;
  /** Null when there is none. */
  get(policyVersion: string): Promise<PoolPolicy | null>;
  /** Lets a version that no pool has any more expire. */
  retire(policyVersion: string, expiresAtEpochSeconds: number): Promise<void>;
}
