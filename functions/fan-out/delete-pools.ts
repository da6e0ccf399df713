import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { continueDeletions } from '../../src/pools/continue-deletions.ts';
import { toError } from '../telemetry.ts';
import type { FanOutDependencies } from './fan-out-event.ts';

/** Kept of the invocation's time for the chunk that is under way when it is over, milliseconds. */
const RESERVE_MS = 5_000;

/** However long the invocation may take: then the next tick goes on, milliseconds. */
const LONGEST_MS = 45_000;

/** Goes on deleting the pools that are marked for it, and tells what was done. */
export async function deletePools(
  dependencies: FanOutDependencies,
  poolNames: readonly string[],
  remainingMs: number,
): Promise<void> {
  const { logger, metrics } = dependencies.telemetry;
  const budgetMs = Math.min(remainingMs - RESERVE_MS, LONGEST_MS);
  for (const entry of await continueDeletions(dependencies, poolNames, { budgetMs })) {
    const { poolName, rowsDeleted, removed, error } = entry;
    metrics.addMetric('RowsDeleted', MetricUnit.Count, rowsDeleted);
    if (removed) metrics.addMetric('PoolsDeleted', MetricUnit.Count, 1);
    logger.info('pool is being deleted', { poolName, rowsDeleted, removed });
    if (error === undefined) continue;
    metrics.addMetric('TickFailures', MetricUnit.Count, 1);
    logger.error('the tick failed to delete a pool', { poolName, error: toError(error) });
  }
}
