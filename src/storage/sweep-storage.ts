import type { BatchCounts, Sweep, SweepState } from '../model/sweep.ts';

/** How a sweep ended. */
export interface SweepClosing {
  readonly state: Exclude<SweepState, 'running'>;
  readonly closedAt: string;
  readonly totals: BatchCounts;
  readonly missingBatches: readonly string[];
}

/** A part of a section of a ledger (`within` is the section) or a section of it (null). */
export interface LedgerMark {
  readonly within: number | null;
  readonly complete: number;
}

/** A receive of a batch's message that ended without work on it. */
export interface Deferral {
  readonly sweepId: string;
  /** The message; one that is sent again is another. */
  readonly messageId: string;
  /** Which receive of the message it was, counted from 1. */
  readonly receive: number;
  readonly expiresAtEpochSeconds: number;
}

/** Stores sweeps, their ledgers, and which receives of their messages were not failures. */
export interface SweepStorage {
  /** Stores a sweep's summary unless one exists; returns the stored one. */
  put(sweep: Sweep): Promise<Sweep>;
  /** Reads consistently; null when there is none. */
  get(sweepId: string): Promise<Sweep | null>;
  /** A pool's sweeps, newest first; eventually consistent. */
  list(
    poolName: string,
    query: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly Sweep[]>;
  /** Records that the messages of every batch were sent, at `at` (ISO 8601). */
  markDispatched(sweepId: string, at: string): Promise<void>;
  /** Enters a batch in the ledger, once; returns how many batches its ledger part now holds. */
  recordBatch(
    sweep: Pick<Sweep, 'sweepId' | 'expiresAtEpochSeconds'>,
    bits: string,
    counts: BatchCounts,
  ): Promise<{ readonly part: number; readonly recordedInPart: number }>;
  /**
   * Marks a part as complete in its section, or a section in the whole ledger (`within` is null);
   * returns all that is marked there now.
   */
  markComplete(
    sweep: Pick<Sweep, 'sweepId' | 'expiresAtEpochSeconds'>,
    mark: LedgerMark,
  ): Promise<ReadonlySet<number>>;
  /** Every ledger entry of a sweep by batch, in batch order; consistent. */
  readLedger(sweepId: string): Promise<ReadonlyMap<string, BatchCounts>>;
  /** Closes a running sweep; true only for the one caller that closed it. */
  close(sweepId: string, closing: SweepClosing): Promise<boolean>;
  /** Records how many batches arrived after the close, unless as many are recorded. */
  recordLateBatches(sweepId: string, lateBatches: number, totals: BatchCounts): Promise<void>;
  /** Notes a deferral; noting it again changes nothing. */
  noteDeferral(deferral: Deferral): Promise<void>;
  /** The receives of a message that were deferrals; consistent. */
  readDeferrals(sweepId: string, messageId: string): Promise<ReadonlySet<number>>;
}
