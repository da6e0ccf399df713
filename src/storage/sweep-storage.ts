import type { BatchCounts, Sweep, SweepState } from '../model/sweep.ts';

/** How a sweep ended. */
export interface SweepClosing {
  readonly state: Exclude<SweepState, 'running'>;
  readonly closedAt: string;
  readonly totals: BatchCounts;
  readonly missingBatches: readonly string[];
}

/** Where sweeps and their ledgers are kept. */
export interface SweepStorage {
  /** Stores a sweep's summary unless one is there; returns the one that is stored. */
  put(sweep: Sweep): Promise<Sweep>;
  /** Consistent; null when there is none. */
  get(sweepId: string): Promise<Sweep | null>;
  /** A pool's sweeps, newest first; eventually consistent. */
  list(
    poolName: string,
    query: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly Sweep[]>;
  markDispatched(sweepId: string, at: string): Promise<void>;
  /** Enters a batch in the ledger (again: no change); tells which batches its part now holds. */
  recordBatch(
    sweep: Pick<Sweep, 'sweepId' | 'expiresAtEpochSeconds'>,
    bits: string,
    counts: BatchCounts,
  ): Promise<{ readonly part: number; readonly recordedInPart: number }>;
  /** Marks a ledger part complete; tells which parts now are. */
  markPartComplete(sweepId: string, part: number): Promise<ReadonlySet<number>>;
  /** Every ledger entry of a sweep by batch, in batch order; consistent. */
  readLedger(sweepId: string): Promise<ReadonlyMap<string, BatchCounts>>;
  /** Closes a running sweep; true for the one caller that did. */
  close(sweepId: string, closing: SweepClosing): Promise<boolean>;
  /** Records how many batches arrived after the sweep had closed, unless more are recorded. */
  recordLateBatches(sweepId: string, lateBatches: number, totals: BatchCounts): Promise<void>;
}
