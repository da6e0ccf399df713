import { countBatch, sumCounts } from './batch-counts.ts';
import type { BatchResult } from './batch-result.ts';
import { type CloseDependencies, closeSweep, missingBatches } from './close-sweep.ts';
import { BATCHES_PER_LEDGER_PART, type BatchCounts, type Sweep, SweepState } from './sweep.ts';

/**
 * Enters a batch in the ledger of its sweep. The one that completes the ledger closes the sweep;
 * one that comes after the close is counted as late.
 *
 * @param sweep as read since the batch's result was stored
 */
export async function recordBatch(
  dependencies: CloseDependencies,
  sweep: Sweep,
  result: Pick<BatchResult, 'bits' | 'results' | 'bytes' | 'control'>,
): Promise<void> {
  const { storage } = dependencies;
  const counts = countBatch(result);
  const { part, recordedInPart } = await storage.recordBatch(sweep, result.bits, counts);
  if (sweep.state !== SweepState.running) return recordLate(dependencies, sweep);
  const batches = 2 ** sweep.bitCount;
  if (recordedInPart < Math.min(BATCHES_PER_LEDGER_PART, batches)) return;
  const completeParts = await storage.markPartComplete(sweep.sweepId, part);
  if (completeParts.size < Math.ceil(batches / BATCHES_PER_LEDGER_PART)) return;
  await closeSweep(dependencies, sweep, await storage.readLedger(sweep.sweepId));
}

/** How many of the batches a sweep was closed without are in its ledger by now. */
export function countLateBatches(
  sweep: Pick<Sweep, 'bitCount' | 'missingBatches'>,
  ledger: ReadonlyMap<string, BatchCounts>,
): number {
  return (sweep.missingBatches ?? []).length - missingBatches(sweep, ledger).length;
}

async function recordLate({ storage }: CloseDependencies, sweep: Sweep): Promise<void> {
  const ledger = await storage.readLedger(sweep.sweepId);
  const late = countLateBatches(sweep, ledger);
  if (late > 0) await storage.recordLateBatches(sweep.sweepId, late, sumCounts(ledger.values()));
}
