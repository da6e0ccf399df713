import { describe, expect, it } from 'vitest';
import { SELECTORS, type SelectorName } from '../../src/leases/acquire/selectors.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { LeaseWorld } from '../support/lease-world.ts';

/** Counts the races for a proxy that were lost. */
function countLostRaces(storage: Storage) {
  const { acquireLease } = storage;
  const races = { lost: 0 };
  Object.assign(storage, {
    acquireLease: async (...args: Parameters<typeof acquireLease>) => {
      const row = await acquireLease(...args);
      races.lost += Number(row === null);
      return row;
    },
  });
  return races;
}

describe('many consumers at once', () => {
  it.for(Object.keys(SELECTORS) as SelectorName[])(
    'all get a proxy where there are enough, and lose few races for it (%s)',
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

  it('all get a proxy where there are just as many, whatever they prefer', async () => {
    const world = new LeaseWorld();
    await world.fill(250);
    const races = countLostRaces(world.storage);
    const leases = await Promise.all(
      Array.from({ length: 250 }, () => world.acquire({ selector: 'firstAvailable' })),
    );
    expect(leases.filter((lease) => lease === null)).toHaveLength(0);
    expect(races.lost).toBeLessThan(250 * 16);
  });

  it('find the one they want, however many races they have lost', async () => {
    const world = new LeaseWorld();
    const ids = await world.fill(60);
    const wanted = new Set(ids.slice(0, 8));
    const { acquireLease } = world.storage;
    const tried: string[] = [];
    Object.assign(world.storage, {
      acquireLease: async (...args: Parameters<typeof acquireLease>) => {
        tried.push(args[0].proxyId);
        return tried.length < wanted.size ? null : acquireLease(...args);
      },
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
