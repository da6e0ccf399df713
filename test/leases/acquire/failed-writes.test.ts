import { describe, expect, it } from 'vitest';
import type { Lease } from '../../../src/leases/lease.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';

const LOST = new Error('socket hang up');
const idempotencyKey = 'order-66';
const keyed = { idempotencyKey, leaseSeconds: 86_400 };

/** A tap: lets a write take place, and loses its answer. */
async function loseAnswer<T>(write: (item: T) => Promise<unknown>, item: T): Promise<never> {
  await write(item);
  throw LOST;
}

async function createWorld(proxies = 1) {
  const world = new LeaseWorld();
  const errors: unknown[] = [];
  await world.fill(proxies);
  const manager = world.createManager({ onError: (error) => errors.push(error) });
  const acquire = (request = {}) =>
    manager.acquireProxy({ poolName: 'fleet', consumerName: 'shop', ...request });
  const held = async () => (await manager.countPool('fleet')).totalLeases;
  return { world, manager, errors, acquire, held };
}

describe('an acquisition whose write fails', () => {
  it('leaves nothing leased when the write had landed', async () => {
    const { world, acquire, held, errors } = await createWorld();
    world.storage.tap('leases.acquire', loseAnswer);
    await expect(acquire(keyed)).rejects.toBe(LOST);
    expect(await held()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('throws the failure itself when the lease cannot be given back either', async () => {
    const { world, acquire, held, errors } = await createWorld();
    world.storage.tap('leases.acquire', loseAnswer);
    world.storage.tap('leases.release', () => Promise.reject(LOST));
    await expect(acquire()).rejects.toBe(LOST);
    expect(await held()).toBe(1);
    expect(errors).toEqual([LOST]);
  });

  it('returns the lease when its key was stored though the answer was lost', async () => {
    const { world, acquire, held } = await createWorld(2);
    world.storage.tap('leaseKeys.put', loseAnswer);
    const lease = await acquire(keyed);
    expect(lease).not.toBeNull();
    expect(await acquire(keyed)).toEqual(lease);
    expect(await held()).toBe(1);
  });

  it.for([['leaseKeys.put'], ['leaseKeys.put', 'leaseKeys.get']] as const)(
    'leaves nothing leased when its key is not stored (%j)',
    async ([put, get]) => {
      const { world, acquire, held } = await createWorld();
      world.storage.tap(put, () => Promise.reject(LOST));
      let reads = 0;
      const failing = () => (++reads === 1 ? null : Promise.reject(new Error('no network')));
      if (get) world.storage.tap(get, async () => failing());
      await expect(acquire(keyed)).rejects.toBe(LOST);
      expect(await held()).toBe(0);
    },
  );
});

describe('an acquisition with a key', () => {
  it('is given the lease of a request that took the last proxy meanwhile', async () => {
    const { world, acquire, held } = await createWorld();
    const first = Promise.withResolvers<Lease | null>();
    world.storage.justBefore('proxies.query', async () => first.resolve(await acquire(keyed)));
    expect(await acquire(keyed)).toEqual((await first.promise) ?? expect.unreachable());
    expect(await held()).toBe(1);
  });

  it('ignores the order in which proxies are left out', async () => {
    const { world, acquire } = await createWorld(3);
    const ids = await world.storage.proxies.queryIds('fleet', 2);
    const lease = await acquire({ ...keyed, excludedProxyIds: ids });
    expect(await acquire({ ...keyed, excludedProxyIds: ids.toReversed() })).toEqual(lease);
  });

  it('counts the lease of a proxy that was banned meanwhile as over', async () => {
    for (const maxConcurrency of [1, null]) {
      const world = new LeaseWorld();
      await world.fill([{ maxConcurrency }, { maxConcurrency }]);
      const lease = await world.mustAcquire(keyed);
      await world.setStatus(lease.proxy.id, 'banned');
      await expect(world.acquire(keyed)).rejects.toMatchObject({ code: 'conflict' });
    }
  });
});

describe('an acquisition that is aborted', () => {
  it('gives back what it acquired at that moment', async () => {
    const { world, manager, held } = await createWorld();
    const controller = new AbortController();
    world.storage.justBefore('leases.acquire', () => controller.abort(new Error('enough')));
    const request = { poolName: 'fleet', consumerName: 'shop' };
    const aborted = manager.acquireProxy(request, { signal: controller.signal });
    await expect(aborted).rejects.toThrow('enough');
    expect(await held()).toBe(0);
  });

  it('reads no key', async () => {
    const { world, manager } = await createWorld();
    const reads = world.storage.record('leaseKeys.get');
    const request = { poolName: 'fleet', consumerName: 'shop', idempotencyKey };
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(manager.acquireProxy(request, { signal })).rejects.toThrow('enough');
    expect(reads).toEqual([]);
  });
});
