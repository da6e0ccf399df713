import type { Verdict } from '../health/health-check-result.ts';
import { batchIndex } from './batch-range.ts';
import type { Formatted } from './format.ts';
import type { LeaseFigures } from './lease-figures.ts';
import type { PoolPolicy } from './pool.ts';

/** Whether a sweep still runs, and how it ended. */
export const SweepState = {
  running: 'running',
  /** Every batch is in the ledger. */
  complete: 'complete',
  /** Closed by the tick after its deadline; `missingBatches` names those never recorded. */
  incomplete: 'incomplete',
} as const;
export type SweepState = (typeof SweepState)[keyof typeof SweepState];

/**
 * What the ledger keeps about one batch; their sum is a sweep's totals. Each proxy is counted once:
 * by the verdict of this sweep, or as skipped by its last one.
 */
export interface BatchCounts {
  readonly active: number;
  readonly slow: number;
  readonly inactive: number;
  readonly inconclusive: number;
  /** Proxies that were not probed, by what the last probe found; absent when there are none. */
  readonly skipped?: Readonly<Record<Verdict, number>>;
  /** Bytes on the wire, sent and received, over all probes. */
  readonly bytes: number;
  /** Healthy latencies in 16 logarithmic buckets; see `latency-histogram.ts`. */
  readonly latencyHistogram: readonly number[];
  /**
   * How often each failure decided a verdict, by its code, or by `code/blame` where the blame is not
   * the code's own; those that decided none are absent.
   */
  readonly failures: Readonly<Record<string, number>>;
  /** How much was leased; absent when no batch has noted it. */
  readonly leasing?: LeaseFigures;
  /** How many proxies changed; see `BatchResult`. */
  readonly changed?: number;
}

/** One pass over a pool. */
export interface Sweep extends Formatted {
  /** UUID version 7; sorts by time. */
  readonly sweepId: string;
  readonly poolName: string;
  /** k: the sweep has 2^k batches. */
  readonly bitCount: number;
  /** Names the version of the pool's policy that the sweep runs with. */
  readonly policyVersion?: string;
  /** A copy of the policy, in sweeps of an earlier version; they have no `policyVersion`. */
  readonly policy?: PoolPolicy;
  readonly trigger: 'schedule' | 'manual';
  /** It probes only what cannot wait for the schedule's next sweep; see `isDue`. */
  readonly edge?: true;
  readonly startedAt: string;
  /** A batch begun later still writes its result and ledger entry, but no rows or events. */
  readonly deadlineAt: string;
  /** When fan-out had sent every message; absent until then. */
  readonly dispatchedAt?: string;
  readonly state: SweepState;
  readonly closedAt?: string;
  /** A cache of the ledger's sum, written when the sweep closes. */
  readonly totals?: BatchCounts;
  /** The batches an `incomplete` sweep ended without. */
  readonly missingBatches?: readonly string[];
  /** Batches recorded after the sweep had closed. */
  readonly lateBatches?: number;
  readonly expiresAtEpochSeconds: number;
}

/** The SQS message of one batch; carries no credentials. Its body has its `format` besides. */
export interface BatchMessage {
  readonly sweepId: string;
  readonly poolName: string;
  readonly bits: string;
  readonly deadlineAt: string;
}

/**
 * Batches per ledger item. An update pays for the whole item, and two entries stay within the one
 * KB of a write request unit, with ten failure codes each too.
 */
export const BATCHES_PER_LEDGER_PART = 2;

/**
 * Ledger parts per section. A part that is complete is marked in its section and a section that is
 * complete in the sweep, so that marks, too, stay within a write request unit.
 */
export const PARTS_PER_LEDGER_SECTION = 128;

/** The ledger part a batch is entered in. */
export function ledgerPartOf(bits: string): number {
  return Math.floor(batchIndex(bits) / BATCHES_PER_LEDGER_PART);
}
