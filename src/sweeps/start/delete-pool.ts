import { NotFoundError } from '../../errors.ts';
import type { Pool } from '../../model/pool.ts';
import { SweepState } from '../../model/sweep.ts';
import { requireAnyPool } from '../../pools/require-pool.ts';
import { closeSweep } from '../record/close-sweep.ts';
import { restoreSweep, type StartDependencies } from './start-sweep.ts';

/**
 * Requests the deletion of a pool: marks it irrevocably, and ends its sweep with the batches it
 * has. From then on nothing is started with the pool; ticks delete its rows, then the pool itself.
 * A repeated request only ends a sweep that a crash has left running.
 *
 * @throws {NotFoundError} when there is no such pool
 */
export async function deletePool(dependencies: StartDependencies, poolName: string): Promise<Pool> {
  const { storage, clock } = dependencies;
  const pool = await storage.pools.markDeleting(poolName, new Date(clock.now()).toISOString());
  if (!pool) throw new NotFoundError(`there is no pool "${poolName}"`);
  if (pool.runningSweepId === undefined) return pool;
  const { runningSweepId } = pool;
  const sweep = await restoreSweep(dependencies, poolName, runningSweepId);
  if (!sweep) await storage.pools.clearRunningSweep(poolName, runningSweepId);
  if (sweep?.state !== SweepState.running) return pool;
  await closeSweep(dependencies, sweep, await storage.sweeps.readLedger(sweep.sweepId));
  return requireAnyPool(storage, poolName);
}
