import {
  figuresOf,
  type LeaseFigures,
  NO_FIGURES,
  type PoolStatistics,
  sumFigures,
} from '../model/lease-figures.ts';
import { walkRows } from '../pools/walk-rows.ts';
import type { ProxyRow } from '../storage/storage.ts';
import type { LeaseContext } from './lease-context.ts';

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
