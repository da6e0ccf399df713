import { NotFoundError } from '../errors.ts';
import type { Storage } from '../storage/storage.ts';
import type { Pool } from './pool.ts';
import type { Sweep } from './sweep.ts';

/** @throws {NotFoundError} when there is no such pool */
export async function requirePool(storage: Storage, poolName: string): Promise<Pool> {
  const pool = await storage.getPool(poolName);
  if (!pool) throw new NotFoundError(`there is no pool "${poolName}"`);
  return pool;
}

/** @throws {NotFoundError} when there is no such sweep */
export async function requireSweep(storage: Storage, sweepId: string): Promise<Sweep> {
  const sweep = await storage.getSweep(sweepId);
  if (!sweep) throw new NotFoundError(`there is no sweep ${sweepId}, or it has expired`);
  return sweep;
}
