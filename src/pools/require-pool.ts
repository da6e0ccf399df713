import { ConflictError, NotFoundError } from '../errors.ts';
import { POOL_NAME, type Pool } from '../model/pool.ts';
import type { Storage } from '../storage/storage.ts';
import { isUuid } from '../uuid.ts';

/**
 * Reads a pool, even one that is being deleted.
 *
 * @throws {NotFoundError} when there is no such pool
 */
export async function requireAnyPool(storage: Storage, poolName: string): Promise<Pool> {
  const pool = await storage.pools.get(poolName);
  // An invalid name may be anything, even a proxy's URL with its password.
  const named = POOL_NAME.test(poolName) ? `"${poolName}"` : 'of that name';
  if (!pool) throw new NotFoundError(`there is no pool ${named}`);
  return pool;
}

/**
 * Reads a pool that is not being deleted.
 *
 * @throws {NotFoundError} when there is no such pool
 * @throws {ConflictError} when it is being deleted
 */
export async function requirePool(storage: Storage, poolName: string): Promise<Pool> {
  const pool = await requireAnyPool(storage, poolName);
  if (pool.deletingSince === undefined) return pool;
  throw new ConflictError(
    `pool "${poolName}" is being deleted (since ${pool.deletingSince}); wait for the deletion to end`,
  );
}

/**
 * Reads a pool again; asserts that it is still the same one and is not being deleted.
 *
 * @throws {NotFoundError} when the pool no longer exists
 * @throws {ConflictError} when it is being deleted, or when another pool has its name now
 */
export async function requireSamePool(
  storage: Storage,
  { poolName, salt }: Pick<Pool, 'poolName' | 'salt'>,
): Promise<Pool> {
  const pool = await requirePool(storage, poolName);
  if (pool.salt === salt) return pool;
  throw new ConflictError(`pool "${poolName}" was deleted and another one was created meanwhile`);
}

/** The error for a proxy that its pool does not have. */
export function noSuchProxy(poolName: string, proxyId: string): NotFoundError {
  // An invalid id may be anything, even a proxy's URL with its password.
  const named = isUuid(proxyId) ? proxyId : 'with that id';
  return new NotFoundError(`pool "${poolName}" has no proxy ${named}`);
}
