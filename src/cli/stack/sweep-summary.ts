import type { ListCounts } from '../../proxies/list-tally.ts';
import type { RunSummary, StackTimes } from '../output/run-summary.ts';
import type { RunTally } from '../output/run-tally.ts';
import type { SweepReport } from './sweep-report.ts';

export interface SweepRun {
  readonly report: SweepReport;
  /** Of the results as they were read back. */
  readonly tally: RunTally;
  readonly targetUrl?: string;
  readonly list?: ListCounts;
  readonly times?: StackTimes;
}

/** The summary of a sweep, from what was read back of it. */
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
