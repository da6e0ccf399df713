import { ProxyStatus, type StatusState } from '../health/rise-fall.ts';
import { hasRoom, liveLeases } from './lease-room.ts';
import type { ProxyRow } from './proxy-row.ts';

/** How much of a number of proxies is leased. */
export interface LeaseFigures {
  /** Proxies. */
  readonly total: number;
  /** Of them, those whose status is `active`. */
  readonly active: number;
  /** Active, and with room for one more consumer. */
  readonly available: number;
  /** Held by at least one consumer; unlimited proxies do not know. */
  readonly leased: number;
  /** Leases held on them. */
  readonly totalLeases: number;
}

/** The figures of a pool, and when they were right. */
export interface PoolStatistics extends LeaseFigures {
  /** ISO 8601: no figure is older. */
  readonly asOf: string;
}

/** As much of a row as the figures follow from. */
export type FiguredRow = Pick<ProxyRow, 'leases' | 'maxConcurrency'> & Pick<StatusState, 'status'>;

export const NO_FIGURES: LeaseFigures = {
  total: 0,
  active: 0,
  available: 0,
  leased: 0,
  totalLeases: 0,
};

/** @param now leases that expire no later are over, epoch milliseconds */
export function figuresOf(rows: Iterable<FiguredRow>, now: number): LeaseFigures {
  const figures = { ...NO_FIGURES };
  for (const row of rows) {
    const active = row.status === ProxyStatus.active;
    const held = liveLeases(row, now).length;
    figures.total += 1;
    figures.active += Number(active);
    figures.available += Number(active && hasRoom(row, now));
    figures.leased += Number(held > 0);
    figures.totalLeases += held;
  }
  return figures;
}

/** The sum of figures; null of none. */
export function sumFigures(all: Iterable<LeaseFigures>): LeaseFigures | null {
  let sum: LeaseFigures | null = null;
  for (const { total, active, available, leased, totalLeases } of all) {
    const before: LeaseFigures = sum ?? NO_FIGURES;
    sum = {
      total: before.total + total,
      active: before.active + active,
      available: before.available + available,
      leased: before.leased + leased,
      totalLeases: before.totalLeases + totalLeases,
    };
  }
  return sum;
}
