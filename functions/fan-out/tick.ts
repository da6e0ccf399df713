import { dispatchSweep } from '../../src/sweeps/start/dispatch-sweep.ts';
import { runTick, type TickAction, type TickEntry } from '../../src/sweeps/start/run-tick.ts';
import { SweepMetric, TICK_FAILURES } from '../metric-names.ts';
import { addCount, toError } from '../telemetry.ts';
import { deletePools } from './delete-pools.ts';
import type { FanOutDependencies } from './fan-out-event.ts';

/** The metric that counts each action of a tick; other actions are not counted. */
const METRIC_OF_ACTION: Readonly<Partial<Record<TickAction, string>>> = {
  started: 'SweepsStarted',
  dispatched: 'SweepsRedispatched',
  closed: 'SweepsClosedByTick',
  released: 'SweepsReleasedByTick',
};

/**
 * Runs the minute's tick; counts and logs what it did. A pool that fails is left to the next tick
 * and does not fail this one. Deletions take the time that is left.
 */
export async function tick(
  dependencies: FanOutDependencies,
  scheduledAtMs: number,
  remainingMs: () => number,
): Promise<void> {
  const { logger, metrics } = dependencies.telemetry;
  const startFanOut = async (sweepId: string): Promise<void> => {
    const batches = await dispatchSweep(dependencies, sweepId);
    addCount(metrics, 'BatchesDispatched', batches);
  };
  const entries = await runTick({ ...dependencies, startFanOut }, scheduledAtMs);
  for (const entry of entries) report(dependencies, entry);
  reportPools(dependencies, entries);
  const marked = entries.filter(({ action }) => action === 'deleting');
  if (marked.length > 0) {
    const poolNames = marked.map(({ poolName }) => poolName);
    await deletePools(dependencies, poolNames, remainingMs());
  }
  // A line a minute that says nothing would be the larger part of an idle stack's logs.
  if (entries.length > 0) logger.info('tick', { scheduledAtMs, pools: entries.length });
}

/** Pool names in one line of the log. */
const MAX_NAMES_LOGGED = 50;

/** Counts the pools that need attention. */
function reportPools({ telemetry }: FanOutDependencies, entries: readonly TickEntry[]): void {
  const { logger, sweepMetrics } = telemetry;
  const overdue = entries.filter(({ action }) => action === 'overdue');
  addCount(sweepMetrics, SweepMetric.overdue, overdue.length);
  for (const { poolName, sweepId } of overdue) logger.warn('sweep overdue', { poolName, sweepId });
  const below = entries.filter(({ belowLimit }) => belowLimit === true);
  if (below.length === 0) return;
  addCount(sweepMetrics, SweepMetric.belowLimit, below.length);
  const poolNames = below.slice(0, MAX_NAMES_LOGGED).map(({ poolName }) => poolName);
  logger.warn('pools below their limit', { pools: below.length, poolNames });
}

function report({ telemetry }: FanOutDependencies, entry: TickEntry): void {
  const { logger, metrics } = telemetry;
  const { poolName, action, sweepId, error } = entry;
  if (error !== undefined) {
    addCount(metrics, TICK_FAILURES, 1);
    logger.error('the tick failed for a pool', { poolName, error: toError(error) });
    return;
  }
  const metric = METRIC_OF_ACTION[action];
  if (metric === undefined) return;
  addCount(metrics, metric, 1);
  logger.info('pool tended', { poolName, action, sweepId });
}
