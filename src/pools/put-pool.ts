import type { Clock } from '../clock.ts';
import { ConflictError } from '../errors.ts';
import type { Pool, PoolPolicy } from '../model/pool.ts';
import { parsePoolName } from '../model/pool.ts';
import type { SweepLimits } from '../model/sweep-limits.ts';
import { createSalt } from '../proxies/proxy.ts';
import type { Storage } from '../storage/storage.ts';
import { parsePoolPolicy } from './pool-policy.ts';
import { requirePool } from './require-pool.ts';

export interface PoolDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  /** @default the design's */
  readonly limits?: SweepLimits;
}

/**
 * Makes a new pool.
 *
 * @throws {InvalidInputError} for a bad name or policy
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
  throw new ConflictError(`there is a pool "${poolName}" already`);
}

/**
 * Gives a pool its policy, and makes the pool where there is none.
 *
 * @throws {InvalidInputError} for a bad name or policy
 * @throws {ConflictError} when a pool of that name is being deleted
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
  throw new ConflictError(`pool "${poolName}" ended while its policy was set; try again`);
}

function draftPool(poolName: string, policy: PoolPolicy, clock: Clock): Pool {
  const createdAt = new Date(clock.now()).toISOString();
  return { ...policy, poolName, salt: createSalt(), createdAt, batchBitCounts: [] };
}
