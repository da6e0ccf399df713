import { continueDeletions } from '../../src/pools/continue-deletions.ts';
import { TICK_FAILURES } from '../metric-names.ts';
import { addCount, toError } from '../telemetry.ts';
import type { FanOutDependencies } from './fan-out-event.ts';

/** The time kept for a chunk that is under way when the budget is spent, milliseconds. */
const RESERVE_MS = 5_000;

/** The most time one tick spends on deletions, milliseconds; the next tick goes on. */
const LONGEST_MS = 45_000;

/** Continues to delete pools that are marked for deletion; counts and logs what it did. */
export async function deletePools(
  dependencies: FanOutDependencies,
  poolNames: readonly string[],
  remainingMs: number,
): Promise<void> {
  const { logger, metrics } = dependencies.telemetry;
  const budgetMs = Math.min(remainingMs - RESERVE_MS, LONGEST_MS);
  for (const entry of await continueDeletions(dependencies, poolNames, { budgetMs })) {
    const { poolName, rowsDeleted, removed, error } = entry;
    addCount(metrics, 'RowsDeleted', rowsDeleted);
    if (removed) addCount(metrics, 'PoolsDeleted', 1);
    logger.info('pool is being deleted', { poolName, rowsDeleted, removed });
    if (error === undefined) continue;
    addCount(metrics, TICK_FAILURES, 1);
    logger.error('the tick failed to delete a pool', { poolName, error: toError(error) });
  }
}
