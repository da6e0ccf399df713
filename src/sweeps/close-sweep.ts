import type { Clock } from '../clock.ts';
import type { Storage } from '../storage/storage.ts';
import { sumCounts } from './batch-counts.ts';
import { batchesOf } from './batch-range.ts';
import { type BatchCounts, type Sweep, SweepState } from './sweep.ts';

export interface CloseDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
}

/** The batches of a sweep that its ledger does not have, in order. */
export function missingBatches(
  { bitCount }: Pick<Sweep, 'bitCount'>,
  ledger: ReadonlyMap<string, BatchCounts>,
): string[] {
  return [...batchesOf(bitCount)].filter((bits) => !ledger.has(bits));
}

/**
 * Closes a sweep with the ledger it has: `complete` when every batch is in it, else `incomplete`,
 * naming those that are not. One caller wins; it ends the pool's pointer to the sweep, last.
 */
export async function closeSweep(
  { storage, clock }: CloseDependencies,
  sweep: Sweep,
  ledger: ReadonlyMap<string, BatchCounts>,
): Promise<boolean> {
  const missing = missingBatches(sweep, ledger);
  const closed = await storage.closeSweep(sweep.sweepId, {
    state: missing.length === 0 ? SweepState.complete : SweepState.incomplete,
    closedAt: new Date(clock.now()).toISOString(),
    totals: sumCounts(ledger.values()),
    missingBatches: missing,
  });
  if (closed) await storage.clearRunningSweep(sweep.poolName, sweep.sweepId);
  return closed;
}
