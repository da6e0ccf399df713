import type { BatchResult } from '../../model/batch-result.ts';
import {
  BATCHES_PER_LEDGER_PART,
  PARTS_PER_LEDGER_SECTION,
  type Sweep,
  SweepState,
} from '../../model/sweep.ts';
import type { Storage } from '../../storage/storage.ts';
import { requireSweep } from '../require-sweep.ts';
import { type CountedResult, countBatch } from './batch-counts.ts';
import { closeSweep, missingBatches, recordLateBatches, type SweepContext } from './close-sweep.ts';

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
  if (recordedInPart < Math.min(BATCHES_PER_LEDGER_PART, 2 ** sweep.bitCount)) return;
  if (!(await completesLedger(storage, sweep, part))) return;
  const ledger = await storage.sweeps.readLedger(sweep.sweepId);
  if (missingBatches(sweep, ledger).length === 0) await closeSweep(dependencies, sweep, ledger);
}

/** Marks a complete part, and its section when that is complete too; whether all of them are. */
async function completesLedger(storage: Storage, sweep: Sweep, part: number): Promise<boolean> {
  const parts = Math.ceil(2 ** sweep.bitCount / BATCHES_PER_LEDGER_PART);
  if (parts === 1) return true;
  const section = Math.floor(part / PARTS_PER_LEDGER_SECTION);
  const inSection = await storage.sweeps.markComplete(sweep, { within: section, complete: part });
  if (inSection.size < Math.min(PARTS_PER_LEDGER_SECTION, parts)) return false;
  const sections = Math.ceil(parts / PARTS_PER_LEDGER_SECTION);
  if (sections === 1) return true;
  const mark = { within: null, complete: section };
  return (await storage.sweeps.markComplete(sweep, mark)).size === sections;
}
