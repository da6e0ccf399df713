import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { dispatchSweep } from '../../src/sweeps/start/dispatch-sweep.ts';
import { runTick, type TickAction, type TickEntry } from '../../src/sweeps/start/run-tick.ts';
import { SweepMetric, TICK_FAILURES } from '../metric-names.ts';
import { toError } from '../telemetry.ts';
import { deletePools } from './delete-pools.ts';
import type { FanOutDependencies } from './fan-out-event.ts';

/** What is counted of a tick; a pool that had nothing to do is not. */
const METRIC_OF_ACTION: Readonly<Partial<Record<TickAction, string>>> = {
  started: 'SweepsStarted',
  dispatched: 'SweepsRedispatched',
  closed: 'SweepsClosedByTick',
  released: 'SweepsReleasedByTick',
};

/**
 * Runs the minute's tick and tells what it did. A pool whose part failed is left to the next
 * tick; it does not fail this one. Deletions take what is left of the time.
 */
export async function tick(
  dependencies: FanOutDependencies,
  scheduledAtMs: number,
  remainingMs: () => number,
): Promise<void> {
  const { logger, metrics, sweepMetrics } = dependencies.telemetry;
  const startFanOut = async (sweepId: string): Promise<void> => {
    const batches = await dispatchSweep(dependencies, sweepId);
    metrics.addMetric('BatchesDispatched', MetricUnit.Count, batches);
  };
  const entries = await runTick({ ...dependencies, startFanOut }, scheduledAtMs);
  for (const entry of entries) report(dependencies, entry);
  const overdue = entries.filter(({ action }) => action === 'overdue');
  sweepMetrics.addMetric(SweepMetric.overdue, MetricUnit.Count, overdue.length);
  for (const { poolName, sweepId } of overdue) logger.warn('sweep overdue', { poolName, sweepId });
  const marked = entries.filter(({ action }) => action === 'deleting');
  if (marked.length > 0) {
    const poolNames = marked.map(({ poolName }) => poolName);
    await deletePools(dependencies, poolNames, remainingMs());
  }
  logger.info('tick', { scheduledAtMs, pools: entries.length });
}

function report({ telemetry }: FanOutDependencies, entry: TickEntry): void {
  const { logger, metrics } = telemetry;
  const { poolName, action, sweepId, error } = entry;
  if (error !== undefined) {
    metrics.addMetric(TICK_FAILURES, MetricUnit.Count, 1);
    logger.error('the tick failed for a pool', { poolName, error: toError(error) });
    return;
  }
  const metric = METRIC_OF_ACTION[action];
  if (metric === undefined) return;
  metrics.addMetric(metric, MetricUnit.Count, 1);
  logger.info('pool tended', { poolName, action, sweepId });
}
