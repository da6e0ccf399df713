import type { Clock } from '../../clock.ts';
import { availabilityOf } from '../../model/availability.ts';
import { batchesOf } from '../../model/batch-range.ts';
import { type BatchCounts, type Sweep, SweepState } from '../../model/sweep.ts';
import type { Storage } from '../../storage/storage.ts';
import { sumCounts } from './batch-counts.ts';
import { type PublishEvents, sweepFinished } from './sweep-events.ts';

/** What the acts of a sweep work with. */
export interface SweepContext {
  readonly storage: Storage;
  readonly clock: Clock;
  /** Where events go. @default nowhere */
  readonly publishEvents?: PublishEvents;
}

/** The batches of a sweep that are not in its ledger, in order. */
export function missingBatches(
  { bitCount }: Pick<Sweep, 'bitCount'>,
  ledger: ReadonlyMap<string, BatchCounts>,
): string[] {
  return [...batchesOf(bitCount)].filter((bits) => !ledger.has(bits));
}

/** How many batches have come into the ledger since the sweep was closed without them. */
export function countLateBatches(
  sweep: Pick<Sweep, 'bitCount' | 'missingBatches'>,
  ledger: ReadonlyMap<string, BatchCounts>,
): number {
  return (sweep.missingBatches ?? []).length - missingBatches(sweep, ledger).length;
}

/** Records in the summary of a closed sweep the batches that have come since, if any have. */
export async function recordLateBatches(
  { storage }: Pick<SweepContext, 'storage'>,
  sweep: Pick<Sweep, 'sweepId' | 'bitCount' | 'missingBatches'>,
): Promise<void> {
  const ledger = await storage.sweeps.readLedger(sweep.sweepId);
  const late = countLateBatches(sweep, ledger);
  if (late > 0)
    await storage.sweeps.recordLateBatches(sweep.sweepId, late, sumCounts(ledger.values()));
}

/**
 * Closes a sweep with the ledger it has: `complete` when every batch is in it, else `incomplete`,
 * naming those that are not. Only one of several callers wins, and it finishes the sweep.
 */
export async function closeSweep(
  dependencies: SweepContext,
  sweep: Sweep,
  ledger: ReadonlyMap<string, BatchCounts>,
): Promise<void> {
  const { storage, clock } = dependencies;
  const missing = missingBatches(sweep, ledger);
  // Never before the start, even when the wall clock was set back meanwhile.
  const closedAtMs = Math.max(clock.now(), Date.parse(sweep.startedAt));
  const closing = {
    state: missing.length === 0 ? SweepState.complete : SweepState.incomplete,
    closedAt: new Date(closedAtMs).toISOString(),
    totals: sumCounts(ledger.values()),
    missingBatches: missing,
  };
  const closed = await storage.sweeps.close(sweep.sweepId, closing);
  if (closed) await finishSweep(dependencies, { ...sweep, ...closing });
}

/**
 * Finishes a closed sweep: records its late batches, sends its event and, last, clears the pool's
 * pointer to it. While the pool points at it, this is not done; doing it again sends the event
 * again.
 */
export async function finishSweep(
  { storage, publishEvents }: Omit<SweepContext, 'clock'>,
  sweep: Sweep,
): Promise<void> {
  // A batch that came after the ledger was read and before the sweep was closed saw it running.
  if (sweep.missingBatches?.length) await recordLateBatches({ storage }, sweep);
  const event = sweepFinished(sweep);
  if (event) await publishEvents?.([event]);
  await storage.pools.clearRunningSweep(sweep.poolName, sweep.sweepId, {
    availability: foundAvailability(sweep),
    changed: (sweep.totals?.changed ?? 0) > 0,
  });
}

/** What a sweep says of its pool: null when it is empty, undefined without conclusive verdicts. */
function foundAvailability({ totals, state }: Sweep): number | null | undefined {
  if (!totals) return undefined;
  const isEmpty =
    state === SweepState.complete && totals.inconclusive === 0 && totals.skipped === undefined;
  return availabilityOf(totals) ?? (isEmpty ? null : undefined);
}
