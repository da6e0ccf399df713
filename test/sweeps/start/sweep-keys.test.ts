import { describe, expect, it } from 'vitest';
import { ConflictError } from '../../../src/errors.ts';
import { deletePool } from '../../../src/sweeps/start/delete-pool.ts';
import { startSweep } from '../../../src/sweeps/start/start-sweep.ts';
import { makePool, makeProxies, makeSweep, makeSweepId } from '../../support/factories.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

async function addPool(world: SweepWorld, poolName: string): Promise<void> {
  await world.storage.pools.create(makePool({ poolName, salt: `salt of ${poolName}` }));
  await world.storage.proxies.insert(poolName, makeProxies(3));
}

const startOf = (world: SweepWorld, poolName: string, idempotencyKey: string) =>
  startSweep(world, { poolName, trigger: 'manual', idempotencyKey });

/** Starts a sweep with a key and lets it end. */
async function sweepWith(world: SweepWorld, key: string): Promise<string> {
  const { sweepId } = await world.start(key);
  await world.startFanOut(sweepId);
  await world.deliver();
  return sweepId;
}

describe('idempotency keys of sweeps', () => {
  const database = useDynamoDb();
  const worlds = [
    ['in memory', async () => new SweepWorld()],
    ['on DynamoDB', async () => new SweepWorld(await database.openStorage())],
  ] as const;

  it.each(worlds)('are scoped by the pool: one key at once for many, %s', async (_, create) => {
    const world = await create();
    const names = Array.from({ length: 6 }, (__, n) => `pool-${n}`);
    for (const name of names) await addPool(world, name);
    const sweeps = await Promise.all(names.map((name) => startOf(world, name, 'nightly')));
    expect(sweeps.map(({ poolName }) => poolName)).toEqual(names);
    expect(new Set(sweeps.map(({ sweepId }) => sweepId)).size).toBe(names.length);
    for (const { poolName, sweepId } of sweeps) {
      expect(await world.storage.pools.get(poolName)).toMatchObject({ runningSweepId: sweepId });
      expect(await startOf(world, poolName, 'nightly')).toMatchObject({ sweepId });
    }
  });

  it.each(worlds)('A, B, A is answered with the sweep of A, %s', async (_, create) => {
    const world = await create();
    await world.fill(3);
    const a = await sweepWith(world, 'A');
    world.clock.advance(1000);
    const b = await sweepWith(world, 'B');
    expect(b > a).toBe(true);
    world.clock.advance(1000);
    expect(await world.start('A')).toMatchObject({ sweepId: a, state: 'complete' });
    const running = await world.start('C');
    expect(await world.start('A')).toMatchObject({ sweepId: a });
    expect(await world.start('C')).toMatchObject({ sweepId: running.sweepId });
    expect((await world.storage.pools.get('fleet'))?.lastSweepId).toBe(running.sweepId);
  });

  it.each(worlds)('mean one sweep for requests that come at once, %s', async (_, create) => {
    const world = await create();
    await world.fill(3);
    const sweeps = await Promise.all(['k', 'k', 'k', 'k'].map((key) => world.start(key)));
    expect(new Set(sweeps.map(({ sweepId }) => sweepId)).size).toBe(1);
  });

  it('a refused request with a key may come again once the other sweep has ended', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const other = await world.start();
    await expect(world.start('key')).rejects.toThrow(ConflictError);
    await expect(world.start('key')).rejects.toThrow(other.sweepId);
    await world.startFanOut(other.sweepId);
    await world.deliver();
    await world.sweep();
    const late = await world.start('key');
    expect(late.sweepId > other.sweepId).toBe(true);
    expect(await world.start('key')).toEqual(late);
  });

  it('a crash between the key and the claim does not cost the key its sweep', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const untap = world.storage.tap('pools.claim', () => Promise.reject(new Error('killed')));
    await expect(world.start('key')).rejects.toThrow('killed');
    untap();
    const { sweepId } = await world.start('key');
    expect((await world.storage.pools.get('fleet'))?.runningSweepId).toBe(sweepId);
    expect((await world.start('key')).sweepId).toBe(sweepId);
  });

  it('a key whose id another sweep has overtaken gets one new sweep, also for two at once', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const untap = world.storage.tap('pools.claim', () => Promise.reject(new Error('killed')));
    await expect(world.start('key')).rejects.toThrow('killed');
    untap();
    const other = await world.sweep();
    const [first, second] = await Promise.all([world.start('key'), world.start('key')]);
    expect(first.sweepId > other.sweepId).toBe(true);
    expect(second.sweepId).toBe(first.sweepId);
  });

  it('a key of a deleted pool says nothing about another pool of its name', async () => {
    const world = new SweepWorld();
    await addPool(world, 'fleet');
    const first = await world.start('key');
    await world.storage.pools.markDeleting('fleet', new Date(world.clock.now()).toISOString());
    await world.storage.pools.clearRunningSweep('fleet', first.sweepId);
    await world.storage.pools.remove({ poolName: 'fleet', salt: 'salt of fleet' });
    await world.storage.pools.create(makePool({ salt: 'another' }));
    expect((await world.start('key')).sweepId).not.toBe(first.sweepId);
  });
});

describe("a pool that points at another pool's sweep", () => {
  async function stuck(): Promise<SweepWorld> {
    const world = new SweepWorld();
    await world.fill(3);
    const foreign = makeSweep({ sweepId: makeSweepId(1), poolName: 'other' });
    await world.storage.sweeps.put(foreign);
    const claim = { poolName: 'fleet', sweepId: foreign.sweepId, batchBitCounts: [0] };
    await world.storage.pools.claim(claim);
    await expect(world.start()).rejects.toThrow(ConflictError);
    return world;
  }

  it('heals by the tick, which leaves the sweep of the other pool alone', async () => {
    const world = await stuck();
    const [entry] = await world.tick();
    expect(entry).toEqual({ poolName: 'fleet', action: 'released', sweepId: makeSweepId(1) });
    expect(await world.current(makeSweepId(1))).toMatchObject({ state: 'running' });
    expect(await world.storage.pools.get('fleet')).not.toHaveProperty('runningSweepId');
    expect((await world.sweep()).state).toBe('complete');
  });

  it('is deleted without an end of that sweep', async () => {
    const world = await stuck();
    await deletePool(world, 'fleet');
    expect(await world.current(makeSweepId(1))).toMatchObject({ state: 'running' });
    expect(await world.storage.pools.get('fleet')).not.toHaveProperty('runningSweepId');
  });
});
