import { describe, expect, it, onTestFinished } from 'vitest';
import type { LeaseAcquired, LeaseReleased } from '../../../src/leases/watch/lease-events.ts';
import { makeProxies } from '../../support/factories.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

/** Waits until listeners have been told, as nothing else does. */
const told = () => new Promise(setImmediate);
const request = { poolName: 'fleet', consumerName: 'shop' };

describe('listeners', () => {
  it('are told of a lease, of its end and of how long it was held', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const acquired: LeaseAcquired[] = [];
    const released: LeaseReleased[] = [];
    world.manager.onAcquire((event) => acquired.push(event));
    world.manager.onRelease((event) => released.push(event));
    const lease = await world.mustAcquire();
    await told();
    expect(acquired).toEqual([{ lease, pool: null }]);
    world.clock.advance(1500);
    const renewed = await world.manager.renewLease(lease);
    world.clock.setWallClock(world.clock.now() - 600_000);
    world.clock.advance(1000);
    const report = { outcome: 'blocked', targetHost: 'SHOP.example' } as const;
    await world.manager.releaseProxy(renewed, report);
    await world.manager.releaseProxy(renewed);
    await told();
    expect(released).toEqual([
      {
        lease: renewed,
        pool: null,
        heldMs: 2500,
        outcome: 'blocked',
        targetHost: 'shop.example',
      },
    ]);
  });

  it.for([1, null])(
    'learn from the id what another process leased (%s)',
    async (maxConcurrency) => {
      const world = new LeaseWorld();
      await world.fill([{ maxConcurrency }]);
      const released: LeaseReleased[] = [];
      const other = world.createManager();
      other.onRelease((event) => released.push(event));
      const lease = await world.mustAcquire({ leaseSeconds: 60 });
      world.clock.advance(1500);
      const { poolName, leaseId } = lease;
      expect(await other.releaseProxy({ poolName, leaseId })).toBe(true);
      await told();
      expect(released).toEqual([
        { lease, pool: null, heldMs: 1500, outcome: null, targetHost: null },
      ]);
    },
  );

  it('are told nothing of a request that is repeated with its key, or fails', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    let calls = 0;
    world.manager.onAcquire(() => {
      calls += 1;
    });
    await world.mustAcquire({ idempotencyKey: 'a' });
    await world.mustAcquire({ idempotencyKey: 'a' });
    expect(await world.acquire()).toBeNull();
    await told();
    expect(calls).toBe(1);
  });

  it('are told nothing more once they are removed, each by itself', async () => {
    const world = new LeaseWorld();
    await world.fill(3);
    let calls = 0;
    const listener = () => {
      calls += 1;
    };
    const removeFirst = world.manager.onAcquire(listener);
    const removeSecond = world.manager.onAcquire(listener);
    await world.mustAcquire();
    await told();
    removeFirst();
    await world.mustAcquire();
    await told();
    removeSecond();
    await world.mustAcquire();
    await told();
    expect(calls).toBe(3);
  });

  it('cannot break what they are told of', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const errors: unknown[] = [];
    const manager = world.createManager({ onError: (error) => errors.push(error) });
    let heard = 0;
    const broken = new Error('broken');
    const listeners = [
      () => {
        throw broken;
      },
      () => Promise.reject(broken),
      () => new Promise(() => {}),
      () => {
        heard += 1;
      },
    ];
    for (const listener of listeners) {
      manager.onAcquire(listener);
      manager.onRelease(listener);
    }
    world.storage.tap('sweeps.list', () => Promise.reject(broken));
    const lease = await manager.acquireProxy(request);
    expect(lease && (await manager.releaseProxy(lease, 'ok'))).toBe(true);
    await told();
    expect(heard).toBe(2);
    expect(errors).toEqual(new Array(6).fill(broken));
  });

  it('delay nothing when what they are told cannot be read', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    world.storage.tap('sweeps.list', () => new Promise(() => {}));
    world.manager.onAcquire(() => {});
    world.manager.onRelease(() => {});
    const lease = await world.mustAcquire();
    expect(await world.manager.releaseProxy(lease)).toBe(true);
  });

  it('that another listener adds are told of the next lease', async () => {
    const world = new LeaseWorld();
    await world.fill(2);
    let calls = 0;
    let remove = () => {};
    const listener = () => {
      calls += 1;
      remove();
      if (calls < 9) remove = world.manager.onAcquire(listener);
    };
    remove = world.manager.onAcquire(listener);
    await world.mustAcquire();
    await told();
    expect(calls).toBe(1);
    await world.mustAcquire();
    await told();
    expect(calls).toBe(2);
  });

  it('and the receiver of errors cannot break a release', async () => {
    const world = new LeaseWorld();
    const [id = ''] = await world.fill(1);
    const manager = world.createManager({
      onError: () => {
        throw new Error('the logger is down');
      },
    });
    manager.onRelease(() => Promise.reject(new Error('broken')));
    world.storage.tap('leases.removeBlocks', () => Promise.reject(new Error('no network')));
    for (let n = 0; n < 34; n++) {
      const lease = await manager.acquireProxy(request);
      const report = { outcome: 'blocked', targetHost: `host-${n}.example` } as const;
      expect(lease && (await manager.releaseProxy(lease, report))).toBe(true);
    }
    expect((await world.row(id)).uses.blocked).toBe(34);
    world.storage.tap('leases.release', () => Promise.reject(new Error('no network')));
    expect(await manager.withLease(request, () => 'done')).toBe('done');
  });

  it('that throw cause a process warning when nothing else receives errors', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    onTestFinished(() => {
      process.off('warning', listen);
    });
    world.manager.onAcquire(() => {
      throw new Error('broken listener');
    });
    await world.mustAcquire();
    await told();
    expect(warnings).toMatchObject([{ message: 'broken listener' }]);
  });
});

describe('statistics of a pool', () => {
  it('are those of the last closed sweep, without a walk through the rows', async () => {
    const world = new SweepWorld();
    const ids = await world.fill(400);
    const leases = new LeaseWorld(() => world.storage);
    const manager = leases.createManager({ clock: world.clock });
    const [inactive = '', ...active] = ids;
    world.checker.finding = ({ id }) => (id === inactive ? { status: 'inactive' } : {});
    await world.sweep();
    for (let n = 0; n < 5; n++) await manager.acquireProxy(request);
    await world.storage.leases.setMaxConcurrency('fleet', active[0] ?? '', null);
    world.clock.advance(60_000);
    const events: LeaseAcquired[] = [];
    manager.onAcquire((event) => events.push(event));
    await manager.acquireProxy(request);
    await told();
    const before = { total: 400, active: 399, available: 399, leased: 0, totalLeases: 0 };
    expect(events[0]?.pool).toMatchObject(before);
    const second = await world.sweep();
    world.clock.advance(60_000);
    const reads = world.storage.record('proxies.query');
    await manager.acquireProxy(request);
    await told();
    expect(reads).toHaveLength(1);
    expect(events[1]?.pool).toEqual({
      total: 400,
      active: 399,
      available: 393,
      leased: 6,
      totalLeases: 6,
      asOf: second.startedAt,
    });
    expect(await manager.countPool('fleet')).toEqual({
      total: 400,
      active: 399,
      available: 392,
      leased: 7,
      totalLeases: 7,
      asOf: new Date(world.clock.now()).toISOString(),
    });
  });

  it('count rows as they are, without ended leases', async () => {
    const world = new LeaseWorld();
    const [shared = ''] = await world.fill([
      { maxConcurrency: 2 },
      {},
      { maxConcurrency: null },
      { status: 'slow' },
      { status: 'banned' },
    ]);
    const only = makeProxies(5)
      .map(({ id }) => id)
      .filter((id) => id !== shared);
    await world.mustAcquire({ excludedProxyIds: only, leaseSeconds: 1 });
    world.clock.advance(2000);
    await world.mustAcquire({ excludedProxyIds: only });
    const figures = { total: 5, active: 3, available: 3, leased: 1, totalLeases: 1 };
    expect(await world.manager.countPool('fleet')).toMatchObject(figures);
    await world.storage.leases.setMaxConcurrency('fleet', shared, 1);
    expect(await world.manager.countPool('fleet')).toMatchObject({ ...figures, available: 2 });
    await expect(world.manager.countPool('nobody')).rejects.toMatchObject({ code: 'not_found' });
  });
});
