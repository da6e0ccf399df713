import type { Blame } from '../src/health/failure.ts';
import { availabilityOf } from '../src/model/availability.ts';
import { EventType } from '../src/model/event-names.ts';
import type { PublishEvents, SweepFinished } from '../src/sweeps/record/sweep-events.ts';
import { SweepMetric } from './metric-names.ts';
import { addCount, type Telemetry } from './telemetry.ts';

/**
 * Publishes events, then logs the ended sweeps among them, which the dashboard reads, and counts
 * those that need attention. A repeated event is logged and counted again.
 */
export function countSweeps(telemetry: Telemetry, publishEvents: PublishEvents): PublishEvents {
  return async (events) => {
    await publishEvents(events);
    for (const event of events) {
      if (event.type === EventType.sweepFinished) count(telemetry, event.detail);
    }
  };
}

function count({ logger, sweepMetrics }: Telemetry, sweep: SweepFinished['detail']): void {
  const { sweepId, pool: poolName, state, batches, totals, latencyMs } = sweep;
  const availability = availabilityOf(totals);
  const blame = sumBlame(sweep);
  logger.info('sweep finished', {
    poolName,
    sweepId,
    state,
    totals,
    availability,
    latencyMs,
    blame,
  });
  if (state === 'incomplete') {
    addCount(sweepMetrics, SweepMetric.incomplete, 1);
    logger.warn('sweep incomplete', { poolName, sweepId, batches });
  }
  if (totals.proxies > 0 && totals.inconclusive === totals.proxies) {
    addCount(sweepMetrics, SweepMetric.inconclusive, 1);
    logger.warn('sweep inconclusive', { poolName, sweepId, failures: sweep.failures });
  }
}

/** How many verdicts each party is to blame for; parties without any are absent. */
function sumBlame({ failures }: SweepFinished['detail']): Partial<Record<Blame, number>> {
  const sums: Partial<Record<Blame, number>> = {};
  for (const { blame, count } of failures) sums[blame] = (sums[blame] ?? 0) + count;
  return sums;
}
