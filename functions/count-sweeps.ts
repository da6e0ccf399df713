import type { Blame } from '../src/health/failure.ts';
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
  const { sweepId, pool: poolName, state, edge, batches, totals, skippedAs } = sweep;
  const { availability, latencyMs } = sweep;
  const blame = sumBlame(sweep);
  logger.info('sweep finished', {
    poolName,
    sweepId,
    state,
    edge,
    totals,
    known: addSkipped(totals, skippedAs),
    availability,
    latencyMs,
    blame,
  });
  if (state === 'incomplete') {
    addCount(sweepMetrics, SweepMetric.incomplete, 1);
    logger.warn('sweep incomplete', { poolName, sweepId, batches });
  }
  const probed = totals.proxies - totals.skipped;
  // An edge sweep probes too few proxies to tell.
  if (!edge && probed > 0 && totals.inconclusive === probed) {
    addCount(sweepMetrics, SweepMetric.inconclusive, 1);
    logger.warn('sweep inconclusive', { poolName, sweepId, failures: sweep.failures });
  }
}

/** What is known of all proxies after a sweep: its verdicts, and the last ones of the others. */
function addSkipped(
  { active, slow, inactive, inconclusive }: SweepFinished['detail']['totals'],
  skipped: SweepFinished['detail']['skippedAs'],
) {
  return {
    active: active + skipped.active,
    slow: slow + skipped.slow,
    inactive: inactive + skipped.inactive,
    inconclusive: inconclusive + skipped.inconclusive,
  };
}

/** How many verdicts each party is to blame for; parties without any are absent. */
function sumBlame({ failures }: SweepFinished['detail']): Partial<Record<Blame, number>> {
  const sums: Partial<Record<Blame, number>> = {};
  for (const { blame, count } of failures) sums[blame] = (sums[blame] ?? 0) + count;
  return sums;
}
