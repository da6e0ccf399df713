import { slopeOf } from '../../support/slope.ts';

/** What some work took at one size. */
export interface Point {
  /** Proxies, rows or results. */
  readonly size: number;
  readonly ms: number;
  /** The most memory of the process that did it, MB; absent where it was not read. */
  readonly peakMb?: number;
}

/** What a part of the pipeline took, at sizes that rise. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/**
 * The power of the size with which the time grows, over the larger half of the sizes: 1 is linear.
 * At smaller ones it is the fixed part of the work that shows.
 */
export function growthOf({ points }: Series): number {
  const late = points.slice(-Math.max(2, Math.ceil(points.length / 2)));
  return slopeOf(late.map(({ size, ms }) => ({ x: Math.log(size), y: Math.log(ms) })));
}

/** The middle of some figures. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** How often work is repeated that is timed as a whole: other load on the machine only adds. */
export const ROUNDS = 3;

/** The least time that some work takes, milliseconds. */
export async function leastOf(rounds: number, work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return Math.min(...times);
}
