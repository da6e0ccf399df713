import type { BatchResult } from '../../model/batch-result.ts';
import { BATCHES_PER_LEDGER_PART, type Sweep, SweepState } from '../../model/sweep.ts';
import { requireSweep } from '../require-sweep.ts';
import { type CountedResult, countBatch } from './batch-counts.ts';
import { closeSweep, recordLateBatches, type SweepContext } from './close-sweep.ts';

/**
 * Enters a batch in the ledger of its sweep. The batch that completes the ledger closes the sweep;
 * a batch that comes after the close is counted as late.
 *
 * @param sweep as read after the batch's result was stored
 */
export async function recordBatch(
  dependencies: SweepContext,
  sweep: Sweep,
  result: CountedResult & Pick<BatchResult, 'bits'>,
): Promise<void> {
  const { storage, clock } = dependencies;
  const counts = countBatch(result);
  const { part, recordedInPart } = await storage.sweeps.recordBatch(sweep, result.bits, counts);
  // Past the deadline a tick may have closed the sweep before it could see this entry.
  const overdue = clock.now() > Date.parse(sweep.deadlineAt);
  const current = overdue ? await requireSweep(storage, sweep.sweepId) : sweep;
  if (current.state !== SweepState.running) return recordLateBatches(dependencies, current);
  const batches = 2 ** sweep.bitCount;
  if (recordedInPart < Math.min(BATCHES_PER_LEDGER_PART, batches)) return;
  const completeParts = await storage.sweeps.markPartComplete(sweep.sweepId, part);
  if (completeParts.size < Math.ceil(batches / BATCHES_PER_LEDGER_PART)) return;
  await closeSweep(dependencies, sweep, await storage.sweeps.readLedger(sweep.sweepId));
}
