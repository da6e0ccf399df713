import type { ControlOutcome } from '../../health/control-probe.ts';
import type { Verdict } from '../../health/health-check-result.ts';
import type { ListCounts } from '../../proxies/list-tally.ts';
import type { FailureCount } from '../../sweeps/record/counts-report.ts';

/** Percentiles of the healthy latencies, ms; null when no result was healthy. */
export interface LatencySummary {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** How the probes were admitted. */
interface PacingSummary {
  readonly concurrency: number;
  /** The most threads that have probed at a time. */
  readonly threads: number;
  readonly started: number;
  readonly startRatePerSecond: number;
  /** How busy the main thread was while it probed, 0 to 1. */
  readonly eventLoopUtilization: number;
}

/** What the control probes found: requests to the target without a proxy. */
export interface ControlSummary {
  readonly probes: number;
  /** How many of them failed; failures beside a failed one are `inconclusive`. */
  readonly failed: number;
  readonly first: ControlOutcome | null;
  readonly last: ControlOutcome | null;
}

/** Where a run through the whole stack spent its time. */
export interface StackTimes {
  readonly startUpMs: number;
  readonly importMs: number;
  readonly probingMs: number;
  readonly readBackMs: number;
}

/** The outcome of a run: the `summary` of the JSON report and the text below the table. */
export interface RunSummary {
  /** Absent for a stored sweep, which does not record it. */
  readonly targetUrl?: string;
  readonly list: ListCounts | null;
  /** How many results were reported: `list.accepted`, unless the run was interrupted. */
  readonly checked: number;
  /** Skipped ones by their last verdict. */
  readonly statuses: Readonly<Record<Verdict, number>>;
  /** How many the sweep did not probe; absent when none. Not in `failures` and `latencyMs`. */
  readonly skipped?: number;
  /** The most frequent first. */
  readonly failures: readonly FailureCount[];
  readonly latencyMs: LatencySummary;
  /** Bytes on the wire, sent and received. */
  readonly bytes?: number;
  readonly pacing?: PacingSummary;
  /** Null when control probes are turned off; absent when each batch makes its own. */
  readonly control?: ControlSummary | null;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
  /** Present only for a run through a stack. */
  readonly sweepId?: string;
  readonly times?: StackTimes;
}
