import type { ControlOutcome } from '../health/control-probe.ts';
import type { Blame, FailureCode } from '../health/failure.ts';
import type { Phase, PhaseTimings, Verdict } from '../health/health-check-result.ts';
import type { Formatted } from './format.ts';
import type { LeaseFigures } from './lease-figures.ts';

/** A probe's outcome as stored, without what can be derived when it is read. */
export interface StoredResult {
  readonly status: Verdict;
  readonly protocol: string;
  readonly latencyMs: number;
  /** When the probe started, milliseconds after the batch's `startedAt`; before it when `skipped`. */
  readonly offsetMs: number;
  readonly statusCode?: number;
  readonly failure?: FailureCode;
  /**
   * Whose fault the failure is, where that is not the party that its code names. An `inconclusive`
   * result without it is the target's, which did not answer when asked directly.
   */
  readonly blame?: Blame;
  readonly failedPhase?: Phase;
  /** What the proxy says of itself; shortened where many of a batch say much. */
  readonly proxySays?: string;
  /** Left out when 1. */
  readonly attempts?: number;
  /** Kept only for a slow or failed probe. */
  readonly timings?: PhaseTimings;
  readonly certificateIssuer?: string;
  readonly certificateChanged?: true;
  /** This sweep did not probe the proxy: the rest is what the last probe found. */
  readonly skipped?: true;
}

/** What one sweep found in one batch: the commit point, written once and never changed. */
export interface BatchResult extends Formatted {
  readonly poolName: string;
  readonly bits: string;
  readonly sweepId: string;
  readonly startedAt: string;
  readonly results: ReadonlyMap<string, StoredResult>;
  /** Bytes on the wire, sent and received, over all probes of the batch. */
  readonly bytes: number;
  /** Absent when the pool's control probe is turned off. */
  readonly control?: ControlOutcome;
  /** Set when the batch had more rows than may be probed; the rest were not. */
  readonly truncated?: true;
  /**
   * How many proxies have another status or streak after its verdicts; absent when none, and in
   * pools without `backOff`.
   */
  readonly changed?: number;
  /** How much was leased when the batch began, by the statuses after its verdicts. */
  readonly leasing?: LeaseFigures;
  readonly expiresAtEpochSeconds: number;
}

/** What one sweep found, or passed on, about a proxy. */
export interface ProxyResult extends Formatted {
  readonly sweepId: string;
  /** When the batch started, ISO 8601. */
  readonly startedAt: string;
  readonly result: StoredResult;
}
