import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { type Pool, type PoolPolicy, policyOf } from '../model/pool.ts';
import { DEFAULT_SWEEP_LIMITS } from '../model/sweep-limits.ts';
import type { Storage } from '../storage/storage.ts';
import { requireStorable, requireUsable, withoutCa } from './pool-policy.ts';
import { requirePool } from './require-pool.ts';

/** A version outlives the last sweep that began with it, and the latest batch of that, seconds. */
const RETIRED_SECONDS = 86_400;

interface VersionDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly limits?: { readonly retentionSeconds: number };
}

/** The whole policy of a pool, with its CA bundle. @throws {NotFoundError} when it is lost */
export async function readPolicy(storage: Storage, pool: Pool): Promise<PoolPolicy> {
  const { poolName, policyVersion } = pool;
  if (policyVersion === undefined) return policyOf(pool);
  const policy = await storage.policies.get(policyVersion);
  if (policy) return policy;
  throw new NotFoundError(`the policy of pool "${poolName}" is lost; set it again`);
}

/**
 * The pool with a stored version of its policy, which a pool of an earlier version gets now.
 *
 * @throws {IncompatibleError} when another version has stored what this one cannot sweep with
 * @throws {InvalidInputError} when its policy is larger than one may be now
 */
export async function withPolicyVersion(
  dependencies: VersionDependencies,
  pool: Pool,
): Promise<Pool> {
  const { storage } = dependencies;
  requireUsable(pool);
  if (pool.policyVersion !== undefined) return pool;
  const policy = policyOf(pool);
  requireStorable(policy);
  const { poolName, expiresAtEpochSeconds } = pool;
  const policyVersion = await storePolicy(storage, policy, expiresAtEpochSeconds);
  const change = { policy: withoutCa(policy), policyVersion, replaces: undefined };
  const updated = await storage.pools.updatePolicy(poolName, change);
  if (updated) return updated;
  const current = await requirePool(storage, poolName);
  // After a lost answer the pool has this very version.
  if (current.policyVersion !== policyVersion) await retirePolicy(dependencies, policyVersion);
  if (current.policyVersion !== undefined) return current;
  throw new ConflictError(`pool "${poolName}" changed meanwhile; try again`);
}

/** Stores a new version of a policy; returns its name. */
export async function storePolicy(
  { policies }: Storage,
  policy: PoolPolicy,
  expiresAtEpochSeconds?: number,
): Promise<string> {
  const policyVersion = randomUUID();
  const expiry = expiresAtEpochSeconds === undefined ? {} : { expiresAtEpochSeconds };
  await policies.put({ policyVersion, policy, ...expiry });
  return policyVersion;
}

/** Lets a version expire that no pool has any more, but not before the sweeps that ran with it. */
export async function retirePolicy(
  { storage, clock, limits = DEFAULT_SWEEP_LIMITS }: VersionDependencies,
  policyVersion: string | undefined,
): Promise<void> {
  if (policyVersion === undefined) return;
  const keptSeconds = limits.retentionSeconds + RETIRED_SECONDS;
  await storage.policies.retire(policyVersion, Math.ceil(clock.now() / 1000) + keptSeconds);
}
