import { describe, expect, it } from 'vitest';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { makePool, makeProxies } from '../../support/factories.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const MINUTE = 60_000;
const EVERY_MINUTE = { intervalSeconds: 60 };

async function lastSweepId(world: SweepWorld): Promise<string> {
  return (await world.storage.pools.get('fleet'))?.lastSweepId ?? '';
}

describe('runTick', () => {
  it('starts and dispatches a sweep of every pool that is due', async () => {
    const world = new SweepWorld();
    await world.fill(3, EVERY_MINUTE);
    await world.storage.pools.create(makePool({ poolName: 'by-hand' }));
    await world.storage.proxies.insert('by-hand', makeProxies(3));
    const entries = await world.tick();
    expect(entries).toEqual([
      { poolName: 'fleet', action: 'started', sweepId: await lastSweepId(world) },
    ]);
    expect(world.queue).toHaveLength(1);
    expect(await world.current(await lastSweepId(world))).toMatchObject({ trigger: 'schedule' });
  });

  it('tells which pools a sweep has left below their limit', async () => {
    const world = new SweepWorld();
    await world.fill(4, { alarmBelowAvailability: 0.8 });
    const down = new Set((await world.rows()).slice(0, 1).map(({ proxy }) => proxy.id));
    world.checker.finding = ({ id }) =>
      down.has(id) ? { status: 'inactive', failure: 'refused', failedPhase: 'connect' } : {};
    await world.sweep();
    expect(await world.tick()).toEqual([{ poolName: 'fleet', action: 'idle', belowLimit: true }]);
    down.clear();
    world.clock.advance(MINUTE);
    await world.sweep();
    expect(await world.tick()).toEqual([]);
  });

  it('keeps what is known of a pool after a sweep without a verdict, not after an empty one', async () => {
    const world = new SweepWorld();
    await world.fill(2);
    await world.sweep();
    const availability = async () => (await world.storage.pools.get('fleet'))?.lastAvailability;
    expect(await availability()).toBe(1);
    world.checker.finding = () => ({ status: 'inconclusive', failure: 'resolver_unavailable' });
    world.clock.advance(MINUTE);
    await world.sweep();
    expect(await availability()).toBe(1);
    for (const { proxy } of await world.rows())
      await world.storage.proxies.delete('fleet', proxy.id);
    world.clock.advance(MINUTE);
    await world.sweep();
    expect(await availability()).toBeUndefined();
  });

  it('skips an empty pool', async () => {
    const world = new SweepWorld();
    await world.fill(0, EVERY_MINUTE);
    expect(await world.tick()).toEqual([{ poolName: 'fleet', action: 'idle' }]);
    expect(await world.storage.pools.get('fleet')).not.toHaveProperty('lastSweepId');
  });

  it('starts a sweep when the interval has passed since the last one', async () => {
    const world = new SweepWorld();
    await world.fill(3, { intervalSeconds: 180 });
    const started: number[] = [];
    for (let minute = 0; minute < 8; minute++) {
      const [entry] = await world.tick();
      if (entry?.action === 'started') started.push(minute);
      await world.deliver();
      world.clock.advance(MINUTE);
    }
    expect(started).toEqual([0, 3, 6]);
  });

  it('starts one sweep when it fires twice for one minute, in turn or at once', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(400, EVERY_MINUTE);
    await Promise.all([world.tick(TEST_TIME), world.tick(TEST_TIME)]);
    await world.tick(TEST_TIME);
    const sweepId = await lastSweepId(world);
    await world.deliver(1);
    await world.tick(TEST_TIME);
    expect(await lastSweepId(world)).toBe(sweepId);
    expect(await world.storage.sweeps.list('fleet', { limit: 9 })).toHaveLength(1);
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
  });

  it('never lets sweeps of one pool overlap', async () => {
    const world = new SweepWorld();
    await world.fill(3, EVERY_MINUTE);
    await world.tick();
    const sweepId = await lastSweepId(world);
    world.clock.advance(MINUTE);
    expect(await world.tick()).toEqual([{ poolName: 'fleet', action: 'running', sweepId }]);
    expect(await lastSweepId(world)).toBe(sweepId);
  });

  it('sends the missing batches of a sweep once its dispatch is given up as dead', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(400);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const [first] = world.queue.splice(0);
    if (!first) throw new Error('expected a batch');
    await world.check([first]);
    // As if the dispatch had died before it was marked.
    world.storage.tap('sweeps.get', async (get, id) => {
      const sweep = await get(id);
      if (!sweep) return null;
      const { dispatchedAt: _lost, ...undispatched } = sweep;
      return undispatched;
    });
    expect(await world.tick()).toMatchObject([{ action: 'running' }]);
    expect(world.queue).toEqual([]);
    world.clock.advance(MINUTE);
    expect(await world.tick()).toMatchObject([{ action: 'dispatched' }]);
    expect(world.queue.map(({ bits }) => bits)).toEqual(['1']);
    await world.deliver();
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
  });

  it('closes an overdue sweep and names the missing batches', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(400);
    const { sweepId, deadlineAt } = await world.start();
    await world.startFanOut(sweepId);
    const [, second] = world.queue.splice(0);
    if (!second) throw new Error('expected two batches');
    await world.check([second]);
    world.clock.setWallClock(Date.parse(deadlineAt));
    expect(await world.tick()).toMatchObject([{ action: 'running' }]);
    world.clock.setWallClock(Date.parse(deadlineAt) + world.limits.checkerTimeoutMs + MINUTE);
    expect(await world.tick()).toMatchObject([{ action: 'overdue', sweepId }]);
    world.clock.advance(1);
    expect(await world.tick()).toMatchObject([{ action: 'closed', sweepId }]);
    const sweep = await world.current(sweepId);
    expect(sweep).toMatchObject({ state: 'incomplete', missingBatches: ['0'] });
    const causes = { 0: 'its message was not delivered' };
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds, causes });
  });

  it('releases a pool from a closed sweep', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const untap = world.storage.tap('pools.clearRunningSweep', async () => {});
    const { sweepId } = await world.sweep();
    untap();
    expect(await world.tick()).toEqual([{ poolName: 'fleet', action: 'released', sweepId }]);
    expect(await world.storage.pools.get('fleet')).not.toHaveProperty('runningSweepId');
  });

  it('tends the other pools when one cannot be tended', async () => {
    const world = new SweepWorld();
    await world.fill(3, EVERY_MINUTE);
    await world.storage.pools.create(makePool({ ...EVERY_MINUTE, poolName: 'broken' }));
    await world.storage.proxies.insert('broken', makeProxies(3));
    world.storage.tap('proxies.queryIds', (queryIds, poolName, limit) =>
      poolName === 'broken' ? Promise.reject(new Error('throttled')) : queryIds(poolName, limit),
    );
    expect(await world.tick()).toEqual([
      { poolName: 'fleet', action: 'started', sweepId: await lastSweepId(world) },
      { poolName: 'broken', action: 'idle', error: new Error('throttled') },
    ]);
  });
});
