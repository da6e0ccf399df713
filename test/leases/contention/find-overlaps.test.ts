import { describe, expect, it } from 'vitest';
import { findOverlaps } from '../../support/leases/contention/find-overlaps.ts';
import type { Holding } from '../../support/leases/contention/protocol.ts';

let leases = 0;

function makeHolding(from: number, until: number, changes: Partial<Holding> = {}): Holding {
  leases += 1;
  const leaseId = `lease ${leases}`;
  return { proxyId: 'p', leaseId, holder: 'a', from, until, ended: 'released', ...changes };
}

describe('the search for double leases', () => {
  it('accepts holdings one after the other, of different proxies, or of no duration', () => {
    expect(findOverlaps([])).toEqual([]);
    expect(findOverlaps([makeHolding(5, 9), makeHolding(0, 5), makeHolding(9, 12)])).toEqual([]);
    expect(findOverlaps([makeHolding(0, 9), makeHolding(1, 8, { proxyId: 'q' })])).toEqual([]);
    expect(findOverlaps([makeHolding(0, 9), makeHolding(5, 5)])).toEqual([]);
    expect(findOverlaps([makeHolding(0, 9), makeHolding(5, 4)])).toEqual([]);
  });

  it('finds two holders at once, in whatever order they are listed', () => {
    const first = makeHolding(0, 9);
    const second = makeHolding(8.9, 12, { holder: 'b' });
    const violation = ['b was given p while a held it'];
    expect(findOverlaps([first, second])).toEqual(violation);
    expect(findOverlaps([second, first])).toEqual(violation);
  });

  it('finds overlaps within a long holding that others have followed', () => {
    const long = makeHolding(0, 100);
    const inside = [makeHolding(10, 20, { holder: 'b' }), makeHolding(30, 40, { holder: 'c' })];
    expect(findOverlaps([long, ...inside])).toHaveLength(2);
  });

  it('accepts as many holders of a proxy as its limit', () => {
    const holdings = [makeHolding(0, 9), makeHolding(1, 9), makeHolding(2, 9)];
    expect(findOverlaps(holdings, 3)).toEqual([]);
    expect(findOverlaps(holdings, 2)).toHaveLength(1);
  });

  it('finds a lease that was given twice', () => {
    const leaseId = 'x';
    const holdings = [makeHolding(0, 1, { leaseId }), makeHolding(2, 3, { leaseId })];
    expect(findOverlaps(holdings)).toEqual(['the lease x was given twice']);
  });
});
