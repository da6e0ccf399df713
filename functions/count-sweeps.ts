import { MetricUnit } from '@aws-lambda-powertools/metrics';
import {
  EventType,
  type PublishEvents,
  type SweepFinished,
} from '../src/sweeps/record/sweep-events.ts';
import { SweepMetric } from './metric-names.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * Publishes events, then counts and logs the ended sweeps among them that need attention. A
 * repeated event is counted again.
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
  const { sweepId, pool: poolName, state, batches, totals } = sweep;
  if (state === 'incomplete') {
    sweepMetrics.addMetric(SweepMetric.incomplete, MetricUnit.Count, 1);
    logger.warn('sweep incomplete', { poolName, sweepId, batches });
  }
  if (totals.proxies > 0 && totals.inconclusive === totals.proxies) {
    sweepMetrics.addMetric(SweepMetric.inconclusive, MetricUnit.Count, 1);
    logger.warn('sweep inconclusive', { poolName, sweepId, failures: sweep.failures });
  }
}
