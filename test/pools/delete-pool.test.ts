import { describe, expect, it } from 'vitest';
import { ConflictError, NotFoundError } from '../../src/errors.ts';
import { continueDeletions, DELETION_GRACE_MS } from '../../src/pools/continue-deletions.ts';
import { importProxies } from '../../src/pools/import-proxies.ts';
import { readProxyView } from '../../src/pools/proxy-views.ts';
import { createPool, putPool } from '../../src/pools/put-pool.ts';
import { createProxy } from '../../src/proxies/proxy.ts';
import { deletePool } from '../../src/sweeps/start/delete-pool.ts';
import { makePool, makeProxies, makeProxy } from '../support/factories.ts';
import { TEST_TIME } from '../support/fakes/fake-clock.ts';
import { AT_LEISURE, tickOn, tickUntilGone } from '../support/sweeps/pool-deletion.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

/** More rows than one chunk holds. */
const SEVERAL_CHUNKS = 1_100;

function entriesOf(proxies: ReturnType<typeof makeProxies>) {
  return (async function* () {
    for (const [index, proxy] of proxies.entries()) {
      yield { kind: 'accepted', line: index + 1, proxy } as const;
    }
  })();
}

describe('deletePool', () => {
  it('marks the pool once and leaves its rows to the ticks', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const deletingSince = new Date(TEST_TIME).toISOString();
    expect(await deletePool(world, 'fleet')).toMatchObject({ deletingSince });
    world.clock.advance(5_000);
    expect(await deletePool(world, 'fleet')).toMatchObject({ deletingSince });
    expect(await world.rows()).toHaveLength(3);
  });

  it('refuses a pool that does not exist', async () => {
    await expect(deletePool(new SweepWorld(), 'fleet')).rejects.toThrow(NotFoundError);
  });

  it('ends the running sweep with its results so far and names the missing batches', async () => {
    const world = new SweepWorld();
    await world.fill(400);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const [first] = world.queue.splice(0, 1);
    if (first) await world.check([first]);
    const pool = await deletePool(world, 'fleet');
    expect(pool).not.toHaveProperty('runningSweepId');
    expect(await world.current(sweepId)).toMatchObject({
      state: 'incomplete',
      missingBatches: ['1'],
    });
  });

  it('makes everything that would begin on the pool fail with the reason', async () => {
    const world = new SweepWorld();
    await world.fill(3, { intervalSeconds: 60 });
    await deletePool(world, 'fleet');
    const refusal = {
      constructor: ConflictError,
      message: expect.stringContaining('is being deleted'),
    };
    const list = () => entriesOf(makeProxies(5));
    await expect(world.start()).rejects.toMatchObject(refusal);
    await expect(putPool(world, 'fleet', {})).rejects.toMatchObject(refusal);
    await expect(createPool(world, 'fleet', {})).rejects.toThrow(ConflictError);
    await expect(importProxies(world, 'fleet', list())).rejects.toMatchObject(refusal);
    await expect(readProxyView(world, 'fleet', makeProxy(0).id)).rejects.toMatchObject(refusal);
    expect(await world.rows()).toHaveLength(3);
    expect(await world.tick()).toEqual([{ poolName: 'fleet', action: 'deleting' }]);
  });

  it('wins over a sweep that is starting', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    world.storage.justBefore('pools.claim', () => deletePool(world, 'fleet'));
    await expect(world.start()).rejects.toThrow('is being deleted');
    const other = new SweepWorld();
    await other.fill(3);
    other.storage.justBefore('sweeps.put', () => deletePool(other, 'fleet'));
    expect(await other.start()).toMatchObject({ state: 'incomplete' });
    expect(await other.storage.pools.get('fleet')).not.toHaveProperty('runningSweepId');
  });
});

describe('the ticks after a deletion', () => {
  it('delete the rows chunk by chunk, and the pool after the grace period', async () => {
    const world = new SweepWorld();
    await world.fill(SEVERAL_CHUNKS);
    await deletePool(world, 'fleet');
    const entry = { poolName: 'fleet', removed: false };
    expect(await tickOn(world)).toEqual([{ ...entry, rowsDeleted: SEVERAL_CHUNKS }]);
    expect(await world.rows()).toEqual([]);
    world.clock.advance(DELETION_GRACE_MS);
    expect(await tickOn(world)).toEqual([{ ...entry, rowsDeleted: 0 }]);
    world.clock.advance(1);
    expect(await tickOn(world)).toEqual([{ poolName: 'fleet', removed: true, rowsDeleted: 0 }]);
    expect(await world.storage.pools.get('fleet')).toBeNull();
    expect(await world.tick()).toEqual([]);
  });

  it('give every pool its turn and begin no chunk after their time is up', async () => {
    const world = new SweepWorld();
    for (const poolName of ['one', 'two', 'three']) {
      await world.storage.pools.create(makePool({ poolName }));
      await world.storage.proxies.insert(poolName, makeProxies(SEVERAL_CHUNKS));
      await deletePool(world, poolName);
    }
    world.storage.tap('proxies.deleteMany', (deleteMany, ...args) => {
      world.clock.advance(1_000);
      return deleteMany(...args);
    });
    const deleted = (await tickOn(world, { budgetMs: 4_000 })).map((each) => each.rowsDeleted);
    expect(deleted).toEqual([1_000, 500, 500]);
    expect((await tickOn(world, { budgetMs: 0 })).map((each) => each.rowsDeleted)).toEqual([
      0, 0, 0,
    ]);
  });

  it('close a sweep that a crash left running on a marked pool', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const { sweepId } = await world.start();
    await world.storage.pools.markDeleting('fleet', new Date(TEST_TIME).toISOString());
    expect(await world.tick()).toEqual([{ poolName: 'fleet', action: 'closed', sweepId }]);
    expect(await world.current(sweepId)).toMatchObject({ state: 'incomplete' });
    expect(await world.tick()).toEqual([{ poolName: 'fleet', action: 'deleting' }]);
  });

  it('go on with the other pools when one cannot be deleted', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    await world.storage.pools.create(makePool({ poolName: 'broken' }));
    await world.storage.proxies.insert('broken', makeProxies(3));
    await deletePool(world, 'broken');
    await deletePool(world, 'fleet');
    const error = new Error('throttled');
    world.storage.tap('proxies.deleteMany', (deleteMany, poolName, ids) =>
      poolName === 'broken' ? Promise.reject(error) : deleteMany(poolName, ids),
    );
    expect(await tickOn(world)).toEqual([
      { poolName: 'fleet', rowsDeleted: 3, removed: false },
      { poolName: 'broken', rowsDeleted: 0, removed: false, error },
    ]);
  });

  it('delete rows that an import begun before the mark writes after the others are gone', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    world.storage.justBefore('proxies.insert', async () => {
      await deletePool(world, 'fleet');
      await tickOn(world);
      world.clock.advance(DELETION_GRACE_MS - 1);
      await tickOn(world);
    });
    const late = importProxies(world, 'fleet', entriesOf(makeProxies(600)));
    await expect(late).rejects.toThrow('is being deleted');
    expect(await world.rows()).toHaveLength(256);
    await tickUntilGone(world);
    expect(await world.rows()).toEqual([]);
  });

  it.each(['proxies.queryIds', 'pools.get', 'pools.remove'] as const)(
    'never touch a new pool whose name another tick frees before %s',
    async (step) => {
      const world = new SweepWorld();
      await world.fill(3);
      await deletePool(world, 'fleet');
      await tickOn(world);
      world.clock.advance(DELETION_GRACE_MS + 1);
      const proxies = makeProxies(3).map(({ protocol, host, port }) =>
        createProxy({ protocol, host, port }, 'other'),
      );
      world.storage.justBefore(step, async () => {
        await tickOn(world);
        await world.storage.pools.create(makePool({ salt: 'other' }));
        await world.storage.proxies.insert('fleet', proxies);
      });
      expect(await continueDeletions(world, ['fleet'], AT_LEISURE)).toEqual([
        { poolName: 'fleet', rowsDeleted: 0, removed: false },
      ]);
      expect(await world.rows()).toHaveLength(3);
      expect(await world.storage.pools.get('fleet')).toMatchObject({ salt: 'other' });
    },
  );
});

describe('a message of a deleted pool', () => {
  it('FAULTS 37: is given up during the deletion, after it, and when a new pool has the name', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const [message] = world.queue;
    if (!message) throw new Error('expected a batch');
    const given = [{ failed: expect.any(NotFoundError) }];
    await deletePool(world, 'fleet');
    expect(await world.check([message])).toEqual(given);
    await tickUntilGone(world);
    expect(await world.check([message])).toEqual(given);
    await createPool(world, 'fleet', {});
    await world.storage.proxies.insert('fleet', makeProxies(3));
    expect(await world.check([message])).toEqual(given);
    expect(world.checker.probed).toEqual([]);
    expect(await world.storage.results.get('fleet', '*', sweepId)).toBeNull();
    for (const row of await world.rows()) expect(row.status).toBe('unknown');
  });

  it('FAULTS 42: brings no row back when its probes end after the rows are deleted', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    world.storage.justBefore('results.put', async () => {
      await deletePool(world, 'fleet');
      await tickUntilGone(world);
    });
    await world.deliver();
    expect(await world.rows()).toEqual([]);
    expect(await world.storage.pools.get('fleet')).toBeNull();
  });

  it('brings no row back when the rows are deleted during its row writes', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    world.storage.justBefore('proxies.writeStatus', async () => {
      await deletePool(world, 'fleet');
      await tickUntilGone(world);
    });
    await world.deliver();
    expect(await world.rows()).toEqual([]);
    expect(await world.storage.pools.get('fleet')).toBeNull();
  });
});
