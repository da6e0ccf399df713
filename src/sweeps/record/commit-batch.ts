import type { BatchResult } from '../../model/batch-result.ts';
import type { PoolPolicy } from '../../model/pool.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { SweepState } from '../../model/sweep.ts';
import { requireSweep } from '../require-sweep.ts';
import { type ApplyDependencies, applyResults } from './apply-results.ts';
import type { SweepContext } from './close-sweep.ts';
import { recordBatch } from './record-batch.ts';
import { proxyStatusChanged } from './sweep-events.ts';

/** What a batch was checked with. */
interface CommitContext {
  readonly policy: Pick<PoolPolicy, 'riseFall'>;
  readonly rows: readonly ProxyRow[];
  /** When the work on it began, epoch milliseconds. */
  readonly begunAt: number;
}

/**
 * Does what follows from a stored batch result: rows, events, then ledger. Only the stored result
 * decides, so a repetition, here or elsewhere, changes nothing and sends the same events.
 *
 * No row writer outlives its sweep: when the sweep is closed, or the work began after the deadline,
 * the rows are left alone and no events are sent.
 *
 * @throws {BusyError} when the storage takes no more rows now; a repetition goes on from there
 */
export async function commitBatch(
  dependencies: SweepContext & ApplyDependencies,
  result: BatchResult,
  { policy, rows, begunAt }: CommitContext,
): Promise<void> {
  const sweep = await requireSweep(dependencies.storage, result.sweepId);
  const inTime = begunAt <= Date.parse(sweep.deadlineAt);
  if (inTime && sweep.state === SweepState.running) {
    const changed = await applyResults(dependencies, { ...sweep, policy }, { result, rows });
    const events = changed.flatMap((row) => proxyStatusChanged(row, result) ?? []);
    if (events.length > 0) await dependencies.publishEvents?.(events);
  }
  await recordBatch(dependencies, sweep, result);
}
