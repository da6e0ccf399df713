import type { Clock } from '../clock.ts';
import { ConflictError } from '../errors.ts';
import { type Pool, type PoolPolicy, parsePoolName } from '../model/pool.ts';
import type { SweepLimits } from '../model/sweep-limits.ts';
import { createSalt } from '../proxies/proxy.ts';
import type { Storage } from '../storage/storage.ts';
import { parsePoolPolicy } from './pool-policy.ts';
import { requirePool } from './require-pool.ts';

/** What the creation and change of pools work with. */
export interface PoolDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  /** The time a batch must fit. @default `DEFAULT_SWEEP_LIMITS` */
  readonly limits?: SweepLimits;
}

/**
 * Creates a pool.
 *
 * @throws {InvalidInputError} when the name or the policy is invalid
 * @throws {ConflictError} when a pool of that name exists
 */
export async function createPool(
  { storage, clock, limits }: PoolDependencies,
  poolName: string,
  policyInput: unknown,
  options: { readonly expiresAtEpochSeconds?: number } = {},
): Promise<Pool> {
  const policy = parsePoolPolicy(policyInput, limits);
  const pool = { ...draftPool(parsePoolName(poolName), policy, clock), ...options };
  if (await storage.pools.create(pool)) return pool;
  throw new ConflictError(`pool "${poolName}" already exists`);
}

/**
 * Sets the policy of a pool; creates the pool when there is none.
 *
 * @throws {InvalidInputError} when the name or the policy is invalid
 * @throws {NotFoundError} when the pool disappears meanwhile
 * @throws {ConflictError} when the pool is being deleted or replaced meanwhile
 */
export async function putPool(
  { storage, clock, limits }: PoolDependencies,
  poolName: string,
  policyInput: unknown,
): Promise<{ readonly pool: Pool; readonly created: boolean }> {
  const policy = parsePoolPolicy(policyInput, limits);
  const drafted = draftPool(parsePoolName(poolName), policy, clock);
  if (await storage.pools.create(drafted)) return { pool: drafted, created: true };
  const updated = await storage.pools.updatePolicy(poolName, policy);
  if (updated) return { pool: updated, created: false };
  await requirePool(storage, poolName);
  throw new ConflictError(
    `pool "${poolName}" was removed while its policy was being set; try again`,
  );
}

function draftPool(poolName: string, policy: PoolPolicy, clock: Clock): Pool {
  const createdAt = new Date(clock.now()).toISOString();
  return { ...policy, poolName, salt: createSalt(), createdAt, batchBitCounts: [] };
}
