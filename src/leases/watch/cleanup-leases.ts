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
 * Removes the leases of a pool that are over. Nothing needs it: an acquisition discounts and
 * removes what is over on the row it leases. It reads the whole pool.
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
  const all = endedLeases({ leases }, endedBy);
  let removed = 0;
  for (let start = 0; start < all.length; start += MAX_ENDED_NAMED) {
    const tokens = all.slice(start, start + MAX_ENDED_NAMED);
    // Refused: somebody else has removed one of them meanwhile, and with it the need.
    const done = await context.storage.leases.removeEnded(poolName, proxy.id, { tokens, endedBy });
    if (done) removed += tokens.length;
  }
  return removed;
}

/** The figures of a pool by a walk through all of its rows. */
export async function countPool(
  { storage, clock }: LeaseContext,
  poolName: string,
): Promise<PoolStatistics> {
  const now = clock.now();
  let sum: LeaseFigures = NO_FIGURES;
  for await (const row of walkRows(storage, poolName)) sum = add(sum, row, now);
  return { ...sum, asOf: new Date(now).toISOString() };
}

function add(sum: LeaseFigures, row: ProxyRow, now: number): LeaseFigures {
  return sumFigures([sum, figuresOf([row], now)]) ?? sum;
}
