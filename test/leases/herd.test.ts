import { describe, expect, it } from 'vitest';
import { SELECTORS, type SelectorName } from '../../src/leases/selectors.ts';
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
