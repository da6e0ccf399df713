import type { ControlOutcome } from '../../health/control-probe.ts';
import type { Verdict } from '../../health/health-check-result.ts';
import type { ListCounts } from '../../proxies/list-tally.ts';
import type { FailureCount } from '../../sweeps/record/counts-report.ts';

/** Percentiles of the healthy latencies, milliseconds; null when nothing was healthy. */
export interface LatencySummary {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** How the probes were admitted. */
interface PacingSummary {
  readonly concurrency: number;
  readonly started: number;
  readonly startRatePerSecond: number;
  /** 0 to 1: how busy this process was while it probed. */
  readonly eventLoopUtilization: number;
}

/** What asking the target directly found. */
export interface ControlSummary {
  /** Probes made. */
  readonly probes: number;
  /** Of them failed; what was found around a failed one is `inconclusive`. */
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

/** What a run came to: the `summary` of the JSON report and the text below the table. */
export interface RunSummary {
  /** Absent where a stored sweep does not tell. */
  readonly targetUrl?: string;
  readonly list: ListCounts | null;
  /** Results reported; equals `list.accepted` unless the run was interrupted. */
  readonly checked: number;
  readonly statuses: Readonly<Record<Verdict, number>>;
  /** Most frequent first. */
  readonly failures: readonly FailureCount[];
  readonly latencyMs: LatencySummary;
  /** On the wire, sent and received. */
  readonly bytes?: number;
  readonly pacing?: PacingSummary;
  /** Null when the control probe was turned off; absent when it is each batch's own. */
  readonly control?: ControlSummary | null;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
  /** Only of a run through a stack. */
  readonly sweepId?: string;
  readonly times?: StackTimes;
}
