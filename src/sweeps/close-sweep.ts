import type { Clock } from '../clock.ts';
import type { Storage } from '../storage/storage.ts';
import { sumCounts } from './batch-counts.ts';
import { batchesOf } from './batch-range.ts';
import { type BatchCounts, type Sweep, SweepState } from './sweep.ts';
import { type PublishEvents, sweepFinished } from './sweep-events.ts';

export interface CloseDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  /** Where events go. @default nowhere */
  readonly publishEvents?: PublishEvents;
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
 * naming those that are not. One caller wins; it finishes the sweep.
 */
export async function closeSweep(
  dependencies: CloseDependencies,
  sweep: Sweep,
  ledger: ReadonlyMap<string, BatchCounts>,
): Promise<boolean> {
  const { storage, clock } = dependencies;
  const missing = missingBatches(sweep, ledger);
  const closing = {
    state: missing.length === 0 ? SweepState.complete : SweepState.incomplete,
    closedAt: new Date(clock.now()).toISOString(),
    totals: sumCounts(ledger.values()),
    missingBatches: missing,
  };
  const closed = await storage.closeSweep(sweep.sweepId, closing);
  if (closed) await finishSweep(dependencies, { ...sweep, ...closing });
  return closed;
}

/**
 * What follows from a closed sweep: its event, then, last, the end of the pool's pointer to it.
 * While the pool points at it, this has not been done; doing it again sends the event again.
 */
export async function finishSweep(
  { storage, publishEvents }: Omit<CloseDependencies, 'clock'>,
  sweep: Sweep,
): Promise<void> {
  const event = sweepFinished(sweep);
  if (event) await publishEvents?.([event]);
  await storage.clearRunningSweep(sweep.poolName, sweep.sweepId);
}
