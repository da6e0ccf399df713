import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { type Pool, type PoolPolicy, parsePoolName } from '../model/pool.ts';
import type { SweepLimits } from '../model/sweep-limits.ts';
import { createSalt } from '../proxies/proxy.ts';
import type { PolicyChange } from '../storage/pool-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { retirePolicy, storePolicy } from './policy-versions.ts';
import { parsePoolPolicy, withoutCa } from './pool-policy.ts';
import { requirePool } from './require-pool.ts';

/** What the creation and change of pools work with. */
export interface PoolDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  /** The time a batch must fit. @default `DEFAULT_SWEEP_LIMITS` */
  readonly limits?: SweepLimits;
}

/** Times that a policy is set anew when others change the pool meanwhile. */
const MAX_TRIES = 8;

/**
 * Creates a pool; returns it with its CA bundle.
 *
 * @throws {InvalidInputError} when the name or the policy is invalid
 * @throws {ConflictError} when a pool of that name exists
 */
export async function createPool(
  dependencies: PoolDependencies,
  poolName: string,
  policyInput: unknown,
  options: { readonly expiresAtEpochSeconds?: number } = {},
): Promise<Pool> {
  const { storage, clock, limits } = dependencies;
  const policy = parsePoolPolicy(policyInput, limits);
  const draft = { ...draftPool(parsePoolName(poolName), policy, clock), ...options };
  const policyVersion = await storePolicy(storage, policy, options.expiresAtEpochSeconds);
  const pool = { ...draft, policyVersion };
  if (await storage.pools.create(pool)) return { ...pool, options: policy.options };
  await retirePolicy(dependencies, policyVersion);
  throw new ConflictError(`pool "${poolName}" already exists`);
}

/**
 * Sets the policy of a pool; creates the pool when there is none. Returns it with its CA bundle.
 *
 * @throws {InvalidInputError} when the name or the policy is invalid
 * @throws {NotFoundError} when the pool disappears meanwhile
 * @throws {ConflictError} when the pool is being deleted or replaced meanwhile
 */
export async function putPool(
  dependencies: PoolDependencies,
  poolName: string,
  policyInput: unknown,
): Promise<{ readonly pool: Pool; readonly created: boolean }> {
  const { storage, clock, limits } = dependencies;
  const policy = parsePoolPolicy(policyInput, limits);
  const draft = draftPool(parsePoolName(poolName), policy, clock);
  const known = await storage.pools.get(poolName);
  const { options } = policy;
  if (known && (await hasPolicy(storage, known, policy))) {
    return { pool: { ...known, options }, created: false };
  }
  const policyVersion = await storePolicy(storage, policy, known?.expiresAtEpochSeconds);
  try {
    const made = { ...draft, policyVersion };
    const created = !known && (await storage.pools.create(made));
    const change = { policy: withoutCa(policy), policyVersion };
    const pool = created ? made : await replacePolicy(dependencies, poolName, change);
    return { pool: { ...pool, options }, created };
  } catch (error) {
    // After any other error the pool may have the new version.
    const isUnused = error instanceof ConflictError || error instanceof NotFoundError;
    if (isUnused) await retirePolicy(dependencies, policyVersion);
    throw error;
  }
}

/** Whether a pool has just this policy, so that setting it again would store nothing new. */
async function hasPolicy(storage: Storage, pool: Pool, policy: PoolPolicy): Promise<boolean> {
  if (pool.policyVersion === undefined || pool.deletingSince !== undefined) return false;
  return isDeepStrictEqual(await storage.policies.get(pool.policyVersion), policy);
}

/** Gives a pool a new version of its policy; the version that it had expires. */
async function replacePolicy(
  dependencies: PoolDependencies,
  poolName: string,
  change: Omit<PolicyChange, 'replaces'>,
): Promise<Pool> {
  const { storage } = dependencies;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const pool = await requirePool(storage, poolName);
    const { policyVersion: replaces } = pool;
    // The answer to an earlier try was lost.
    if (replaces === change.policyVersion) return pool;
    const updated = await storage.pools.updatePolicy(poolName, { ...change, replaces });
    if (!updated) continue;
    await retirePolicy(dependencies, replaces);
    return updated;
  }
  throw new ConflictError(`pool "${poolName}" was changed by others meanwhile; try again`);
}

function draftPool(poolName: string, policy: PoolPolicy, clock: Clock): Pool {
  const createdAt = new Date(clock.now()).toISOString();
  return { ...withoutCa(policy), poolName, salt: createSalt(), createdAt, batchBitCounts: [] };
}
