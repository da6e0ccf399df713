import { ConflictError, NotFoundError } from '../errors.ts';
import { POOL_NAME, type Pool } from '../model/pool.ts';
import type { Storage } from '../storage/storage.ts';

/** @throws {NotFoundError} when there is no such pool */
export async function requireAnyPool(storage: Storage, poolName: string): Promise<Pool> {
  const pool = await storage.pools.get(poolName);
  // What cannot be a name may be anything, such as a proxy's URL with its password.
  const named = POOL_NAME.test(poolName) ? `"${poolName}"` : 'of that name';
  if (!pool) throw new NotFoundError(`there is no pool ${named}`);
  return pool;
}

/**
 * A pool that may be worked with.
 *
 * @throws {NotFoundError} when there is no such pool
 * @throws {ConflictError} when it is being deleted
 */
export async function requirePool(storage: Storage, poolName: string): Promise<Pool> {
  const pool = await requireAnyPool(storage, poolName);
  if (pool.deletingSince === undefined) return pool;
  throw new ConflictError(
    `pool "${poolName}" is being deleted since ${pool.deletingSince}; wait until it is gone`,
  );
}

/**
 * Asserts that a pool is still the one it was, and may still be worked with.
 *
 * @throws {NotFoundError} when there is no such pool any more
 * @throws {ConflictError} when it is being deleted, or is another one of the same name by now
 */
export async function requireSamePool(
  storage: Storage,
  { poolName, salt }: Pick<Pool, 'poolName' | 'salt'>,
): Promise<void> {
  const pool = await requirePool(storage, poolName);
  if (pool.salt === salt) return;
  throw new ConflictError(`pool "${poolName}" was deleted meanwhile, and another one made`);
}
