import type { Clock } from '../../clock.ts';
import { inSendingOrder } from '../../model/batch-range.ts';
import { type BatchMessage, SweepState } from '../../model/sweep.ts';
import type { Storage } from '../../storage/storage.ts';
import { missingBatches } from '../record/close-sweep.ts';
import { requireSweep } from '../require-sweep.ts';

export interface DispatchDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  /** Sends every message or throws; sending one twice does no harm. */
  readonly sendBatches: (messages: readonly BatchMessage[]) => Promise<void>;
}

/**
 * Sends the messages of a running sweep: those of the batches that are not yet in its ledger, so
 * that a dispatch that died half-way can be repeated. They go out in an order that spreads the
 * writes of the checkers.
 *
 * @returns how many were sent; 0 for a sweep that was dispatched before or has ended
 * @throws {NotFoundError} when there is no such sweep
 */
export async function dispatchSweep(
  { storage, clock, sendBatches }: DispatchDependencies,
  sweepId: string,
): Promise<number> {
  const sweep = await requireSweep(storage, sweepId);
  if (sweep.state !== SweepState.running || sweep.dispatchedAt !== undefined) return 0;
  const { poolName, deadlineAt } = sweep;
  const ledger = await storage.sweeps.readLedger(sweepId);
  const missing = inSendingOrder(missingBatches(sweep, ledger));
  await sendBatches(missing.map((bits) => ({ sweepId, poolName, bits, deadlineAt })));
  await storage.sweeps.markDispatched(sweepId, new Date(clock.now()).toISOString());
  return missing.length;
}
