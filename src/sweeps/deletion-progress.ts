import { idPosition } from '../model/batch-split.ts';
import type { Pool } from '../model/pool.ts';
import type { Storage } from '../storage/storage.ts';

/**
 * How much of a pool that is being deleted is gone, 0 to 1; undefined for any other pool. Rows go
 * in the order of their ids, which are uniform, so that the first one left tells.
 */
export async function readDeletionProgress(
  storage: Storage,
  { poolName, deletingSince }: Pick<Pool, 'poolName' | 'deletingSince'>,
): Promise<number | undefined> {
  if (deletingSince === undefined) return undefined;
  const [first] = await storage.queryProxyIds(poolName, 1);
  return first === undefined ? 1 : Math.floor(idPosition(first) * 100) / 100;
}
