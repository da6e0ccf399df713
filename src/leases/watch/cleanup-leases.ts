import { chunksOf } from '../../async/iterables.ts';
import {
  figuresOf,
  type LeaseFigures,
  NO_FIGURES,
  type PoolStatistics,
  sumFigures,
} from '../../model/lease-figures.ts';
import { endedLeases } from '../../model/lease-room.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { walkRows } from '../../pools/proxy-views.ts';
import { MAX_ENDED_NAMED } from '../../storage/lease-storage.ts';
import { type LeaseContext, othersEndedBy } from '../lease-context.ts';

/**
 * Removes the ended leases of a pool. Nothing depends on it: an acquisition ignores and removes the
 * ended leases of the row it leases. Reads the whole pool.
 *
 * @returns how many it removed
 */
export async function cleanUpLeases(
  context: LeaseContext,
  poolName: string,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0;
  for await (const row of walkRows(context.storage, poolName)) {
    signal?.throwIfAborted();
    removed += await cleanUpRow(context, row);
  }
  return removed;
}

async function cleanUpRow(context: LeaseContext, { poolName, proxy, leases }: ProxyRow) {
  const endedBy = othersEndedBy(context);
  let removed = 0;
  for (const tokens of chunksOf(endedLeases({ leases }, endedBy), MAX_ENDED_NAMED)) {
    // Refused when one of them is gone: then another process is removing them too.
    const done = await context.storage.leases.removeEnded(poolName, proxy.id, { tokens, endedBy });
    if (done) removed += tokens.length;
  }
  return removed;
}

/** Counts the figures of a pool by a walk through all of its rows. */
export async function countPool(
  { storage, clock }: LeaseContext,
  poolName: string,
): Promise<PoolStatistics> {
  const now = clock.now();
  let sum: LeaseFigures = NO_FIGURES;
  for await (const row of walkRows(storage, poolName)) {
    sum = sumFigures([sum, figuresOf([row], now)]) ?? sum;
  }
  return { ...sum, asOf: new Date(now).toISOString() };
}
