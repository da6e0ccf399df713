import type { ListCounts } from '../../proxies/list-tally.ts';
import type { RunSummary, StackTimes } from '../output/run-summary.ts';
import type { RunTally } from '../output/run-tally.ts';
import {
  formatFailures,
  formatLatency,
  formatRows,
  formatStatuses,
} from '../output/summary-text.ts';
import type { SweepReply } from './client/api-schemas.ts';

/** Formats a sweep's report for people. */
export function formatSweepReport(report: SweepReply, colour: boolean): string {
  const { sweepId, poolName, state, batches } = report;
  const late = batches.late > 0 ? `, ${batches.late} of them late` : '';
  const missing = batches.missing.length > 0 ? `, without ${batches.missing.join(' ')}` : '';
  return formatRows([
    ['sweep', `${sweepId} of ${poolName}`],
    ['state', `${state}, ${batches.recorded} of ${batches.total} batches${late}${missing}`],
    ['proxies', formatStatuses(report.totals, colour)],
    ['failures', formatFailures(report.failures)],
    ['latency', formatLatency(report.latencyMs)],
    ['each', `lighthouse results ${sweepId}`],
  ]);
}

export interface SweepRun {
  readonly report: SweepReply;
  /** The tally of the results as they were read back. */
  readonly tally: RunTally;
  readonly targetUrl?: string;
  readonly list?: ListCounts;
  readonly times?: StackTimes;
}

/** Summarizes a sweep from its report and the results that were read back. */
export function summarizeSweep({ report, tally, targetUrl, list, times }: SweepRun): RunSummary {
  const endedAt = report.closedAt ?? report.startedAt;
  return {
    ...tally.summary(),
    ...(targetUrl === undefined ? {} : { targetUrl }),
    list: list ?? null,
    bytes: report.bytes,
    elapsedMs: Date.parse(endedAt) - Date.parse(report.startedAt),
    interrupted: false,
    sweepId: report.sweepId,
    ...(times === undefined ? {} : { times }),
  };
}
