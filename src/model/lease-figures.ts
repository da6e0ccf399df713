import { ProxyStatus, type StatusState } from '../health/rise-fall.ts';
import { hasRoom, liveLeases } from './lease-room.ts';
import type { ProxyRow } from './proxy-row.ts';

/** How many proxies of a set are leased. */
export interface LeaseFigures {
  /** All proxies. */
  readonly total: number;
  /** Proxies whose status is `active`. */
  readonly active: number;
  /** Active proxies with room for one more consumer. */
  readonly available: number;
  /** Proxies held by at least one consumer; unlimited ones never count. */
  readonly leased: number;
  /** All leases held on them. */
  readonly totalLeases: number;
}

/** The figures of a pool, and when they were made. */
export interface PoolStatistics extends LeaseFigures {
  /** ISO 8601: no figure is older. */
  readonly asOf: string;
}

/** The part of a row that the figures follow from. */
export type FiguredRow = Pick<ProxyRow, 'leases' | 'maxConcurrency'> & Pick<StatusState, 'status'>;

export const NO_FIGURES: LeaseFigures = {
  total: 0,
  active: 0,
  available: 0,
  leased: 0,
  totalLeases: 0,
};

/** The figures of rows. @param now epoch milliseconds; leases that expire by then are over */
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

/** The sum of figures; null when there are none. */
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
