import { describe, expect, it } from 'vitest';
import { estimatePoolSize } from '../../src/model/batch-split.ts';
import { Outcome } from './engine/report/targets.ts';
import { firstProxiesOf } from './pipeline/fill.ts';
import { assessLimits } from './pipeline/limits.ts';
import { growthOf, type Series } from './pipeline/series.ts';

/** A series whose time grows with a power of its size. */
function series(name: string, power: number, unitMs = 1): Series {
  const sizes = [1_000, 3_000, 10_000, 100_000];
  return { name, points: sizes.map((size) => ({ size, ms: unitMs * size ** power })) };
}

describe('the bench of the pipeline', () => {
  it('finds the power with which a time grows', () => {
    expect(growthOf(series('results', 1))).toBeCloseTo(1, 9);
    expect(growthOf(series('results', 2))).toBeCloseTo(2, 9);
  });

  it('looks for growth at the larger sizes, where a fixed part no longer hides it', () => {
    const points = [1, 10, 100, 1000].map((size) => ({ size, ms: Math.max(500, size ** 2) }));
    expect(growthOf({ name: 'lease', points })).toBeCloseTo(2, 9);
  });

  it('misses a limit that is crossed, in either direction, and says what was not measured', () => {
    const outcomes = (measured: readonly Series[]) =>
      new Map(
        assessLimits(measured).map(({ limit, outcome }) => [
          `${limit.part} ${limit.what}`,
          outcome,
        ]),
      );
    const slow = outcomes([series('import', 1, 1), series('results', 1.2, 0.001)]);
    expect(slow.get('import 10,000')).toBe(Outcome.miss);
    expect(slow.get('results 100,000')).toBe(Outcome.pass);
    expect(slow.get('results growth with size')).toBe(Outcome.miss);
    expect(slow.get('lease p50, pool of 2,000')).toBe(Outcome.notMeasured);
    expect(outcomes([series('import', 1, 0.1)]).get('import 10,000')).toBe(Outcome.pass);
  });

  it('makes a pool look as large as it is to count', () => {
    for (const size of [1_000, 10_000, 1_000_000]) {
      const ids = firstProxiesOf(size).map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted());
      expect(new Set(ids).size).toBe(Math.min(size, 1_024));
      expect(Math.abs(estimatePoolSize(ids) / size - 1)).toBeLessThan(0.01);
    }
  });
});
