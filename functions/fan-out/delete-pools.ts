import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { continueDeletions } from '../../src/pools/continue-deletions.ts';
import { TICK_FAILURES } from '../metric-names.ts';
import { toError } from '../telemetry.ts';
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
    metrics.addMetric('RowsDeleted', MetricUnit.Count, rowsDeleted);
    if (removed) metrics.addMetric('PoolsDeleted', MetricUnit.Count, 1);
    logger.info('pool is being deleted', { poolName, rowsDeleted, removed });
    if (error === undefined) continue;
    metrics.addMetric(TICK_FAILURES, MetricUnit.Count, 1);
    logger.error('the tick failed to delete a pool', { poolName, error: toError(error) });
  }
}
