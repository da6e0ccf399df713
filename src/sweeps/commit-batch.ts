import type { Clock } from '../clock.ts';
import type { ProxyRow, Storage } from '../storage/storage.ts';
import { applyResults } from './apply-results.ts';
import type { BatchResult } from './batch-result.ts';
import { recordBatch } from './record-batch.ts';
import { requireSweep } from './required.ts';
import { SweepState } from './sweep.ts';

/**
 * Does what follows from a stored batch result: rows, then ledger. Only the stored result decides,
 * so that a repetition, here or elsewhere, changes nothing.
 *
 * No row writer outlives its sweep: of a sweep that was closed, or when the work was begun after
 * the deadline, the rows are left alone.
 */
export async function commitBatch(
  dependencies: { readonly storage: Storage; readonly clock: Clock },
  result: BatchResult,
  { rows, begunAt }: { readonly rows: readonly ProxyRow[]; readonly begunAt: number },
): Promise<void> {
  const sweep = await requireSweep(dependencies.storage, result.sweepId);
  const inTime = begunAt <= Date.parse(sweep.deadlineAt);
  if (inTime && sweep.state === SweepState.running) {
    await applyResults(dependencies, sweep, result, rows);
  }
  await recordBatch(dependencies, sweep, result);
}
