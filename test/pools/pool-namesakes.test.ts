import { describe, expect, it } from 'vitest';
import { readProxyHistory } from '../../src/pools/proxy-history.ts';
import { readProxyView } from '../../src/pools/proxy-views.ts';
import { createProxy } from '../../src/proxies/proxy.ts';
import { deletePool } from '../../src/sweeps/start/delete-pool.ts';
import { makeEndpoint, makePool, makeProxies } from '../support/factories.ts';
import { TEST_TIME } from '../support/fakes/fake-clock.ts';
import { tickUntilGone } from '../support/sweeps/pool-deletion.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

describe('a new pool with the name of a deleted one', () => {
  const renewed = makeProxies(3).map((_, index) => createProxy(makeEndpoint(index), 'other'));
  const ids = renewed.map(({ id }) => id);

  async function deleteAndRenew(world: SweepWorld): Promise<void> {
    await deletePool(world, 'fleet');
    await tickUntilGone(world);
    const createdAt = new Date(world.clock.now()).toISOString();
    const intervalSeconds = 60;
    await world.storage.pools.create(makePool({ salt: 'other', createdAt, intervalSeconds }));
    await world.storage.proxies.insert('fleet', renewed);
  }

  it('sees none of the results of its namesake', async () => {
    const world = new SweepWorld();
    await world.fill(3, { intervalSeconds: 60 });
    await world.sweep();
    await deleteAndRenew(world);
    const pool = await world.storage.pools.get('fleet');
    expect(pool).not.toHaveProperty('lastSweepId');
    expect(pool?.batchBitCounts).toEqual([]);
    for (const id of ids) {
      expect(await readProxyView(world, 'fleet', id)).toMatchObject({ lastResult: null });
      expect(await readProxyHistory(world, 'fleet', id, { limit: 9 })).toEqual({ results: [] });
    }
    const { sweepId } = await world.sweep();
    for (const id of ids) {
      expect(await readProxyView(world, 'fleet', id)).toMatchObject({ lastSweepId: sweepId });
      const { results } = await readProxyHistory(world, 'fleet', id, { limit: 9 });
      expect(results).toHaveLength(1);
    }
  });

  it('sees its own results even when a fast clock swept its namesake', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    world.clock.setWallClock(TEST_TIME + 600_000);
    const old = await world.sweep();
    world.clock.setWallClock(TEST_TIME);
    await deleteAndRenew(world);
    world.clock.setWallClock(TEST_TIME);
    const { sweepId } = await world.sweep();
    expect(sweepId > old.sweepId).toBe(true);
    for (const id of ids) {
      expect(await readProxyView(world, 'fleet', id)).toMatchObject({ lastSweepId: sweepId });
    }
  });

  it('does not get the sweep of its namesake when a tick repeats the minute', async () => {
    const world = new SweepWorld();
    await world.fill(3, { intervalSeconds: 60 });
    const minute = world.clock.now();
    await world.tick(minute);
    await world.deliver();
    await deleteAndRenew(world);
    expect(await world.tick(minute)).toEqual([{ poolName: 'fleet', action: 'idle' }]);
    expect(await world.tick()).toMatchObject([{ action: 'started' }]);
  });
});
