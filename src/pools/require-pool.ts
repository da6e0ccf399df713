import { ConflictError, NotFoundError } from '../errors.ts';
import type { Pool } from '../model/pool.ts';
import type { Sweep } from '../model/sweep.ts';
import type { Storage } from '../storage/storage.ts';
import { POOL_NAME } from '../sweeps/pool-name.ts';

/** @throws {NotFoundError} when there is no such pool */
export async function requireAnyPool(storage: Storage, poolName: string): Promise<Pool> {
  const pool = await storage.getPool(poolName);
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

/** @throws {NotFoundError} when there is no such sweep */
export async function requireSweep(storage: Storage, sweepId: string): Promise<Sweep> {
  const sweep = await storage.getSweep(sweepId);
  if (!sweep) throw new NotFoundError(`there is no sweep ${sweepId}, or it has expired`);
  return sweep;
}
