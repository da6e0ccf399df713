import { describe, expect, it } from 'vitest';
import { SELECTORS, type SelectorName } from '../../../src/leases/acquire/selectors.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';
import type { TappedStorage } from '../../support/storage/tapped-storage.ts';

/** Counts the races for a proxy that were lost. */
function countLostRaces(storage: TappedStorage) {
  const races = { lost: 0 };
  storage.tap('leases.acquire', async (acquire, acquisition) => {
    const row = await acquire(acquisition);
    races.lost += Number(row === null);
    return row;
  });
  return races;
}

describe('many consumers at once', () => {
  it.for(Object.keys(SELECTORS) as SelectorName[])(
    'all get a proxy when there are enough, and lose few races for it (%s)',
    async (selector) => {
      const world = new LeaseWorld();
      await world.fill(250);
      const races = countLostRaces(world.storage);
      const leases = await Promise.all(
        Array.from({ length: 150 }, () => world.acquire({ selector })),
      );
      const ids = leases.flatMap((lease) => lease?.proxy.id ?? []);
      expect(new Set(ids).size).toBe(150);
      expect(races.lost).toBeLessThan(150 * 8);
    },
  );

  it('all get a proxy when there are just enough, whatever they prefer', async () => {
    const world = new LeaseWorld();
    await world.fill(250);
    const races = countLostRaces(world.storage);
    const leases = await Promise.all(
      Array.from({ length: 250 }, () => world.acquire({ selector: 'firstAvailable' })),
    );
    expect(leases.filter((lease) => lease === null)).toHaveLength(0);
    expect(races.lost).toBeLessThan(250 * 16);
  });

  it('find the proxy they want, however many races they have lost', async () => {
    const world = new LeaseWorld();
    const ids = await world.fill(60);
    const wanted = new Set(ids.slice(0, 8));
    const tried: string[] = [];
    world.storage.tap('leases.acquire', async (acquire, acquisition) => {
      tried.push(acquisition.proxyId);
      return tried.length < wanted.size ? null : acquire(acquisition);
    });
    const lease = await world.mustAcquire({
      selector: (candidates) => candidates.find(({ proxy }) => wanted.has(proxy.id)),
    });
    expect(new Set(tried)).toEqual(wanted);
    expect(wanted.has(lease.proxy.id)).toBe(true);
  });

  it('are told at a bounded cost that there is none', async () => {
    const world = new LeaseWorld();
    await world.fill(30);
    const races = countLostRaces(world.storage);
    const leases = await Promise.all(
      Array.from({ length: 150 }, () => world.acquire({ selector: 'fastest' })),
    );
    expect(leases.filter((lease) => lease !== null)).toHaveLength(30);
    expect(races.lost).toBeLessThan(150 * 24);
  });
});
