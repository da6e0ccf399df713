import { describe, expect, it } from 'vitest';
import type { Lease } from '../../src/leases/lease.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { LeaseWorld } from '../support/lease-world.ts';

const LOST = new Error('socket hang up');
const idempotencyKey = 'order-66';
const keyed = { idempotencyKey, leaseSeconds: 86_400 };

/** Has a write take place, and its answer be lost. */
function loseAnswersOf(storage: Storage, method: 'acquireLease' | 'putLeaseKey') {
  const original = storage[method] as (argument: never) => Promise<unknown>;
  const lost = async (argument: never) => {
    await original(argument);
    throw LOST;
  };
  Object.assign(storage, { [method]: lost });
}

function refuse(storage: Storage, ...methods: readonly (keyof Storage)[]) {
  for (const method of methods) Object.assign(storage, { [method]: () => Promise.reject(LOST) });
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
    loseAnswersOf(world.storage, 'acquireLease');
    await expect(acquire(keyed)).rejects.toBe(LOST);
    expect(await held()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('tells of the failure itself when the lease cannot be given back either', async () => {
    const { world, acquire, held, errors } = await createWorld();
    loseAnswersOf(world.storage, 'acquireLease');
    refuse(world.storage, 'releaseLease');
    await expect(acquire()).rejects.toBe(LOST);
    expect(await held()).toBe(1);
    expect(errors).toEqual([LOST]);
  });

  it('returns the lease when its key was stored though the answer was lost', async () => {
    const { world, acquire, held } = await createWorld(2);
    loseAnswersOf(world.storage, 'putLeaseKey');
    const lease = await acquire(keyed);
    expect(lease).not.toBeNull();
    expect(await acquire(keyed)).toEqual(lease);
    expect(await held()).toBe(1);
  });

  it.for([['putLeaseKey'], ['putLeaseKey', 'getLeaseKey']] as const)(
    'leaves nothing leased when its key is not stored (%j)',
    async ([put, get]) => {
      const { world, acquire, held } = await createWorld();
      const { getLeaseKey } = world.storage;
      refuse(world.storage, put);
      let reads = 0;
      const failing = () => (++reads === 1 ? null : Promise.reject(new Error('no network')));
      if (get) Object.assign(world.storage, { [get]: async () => failing() });
      await expect(acquire(keyed)).rejects.toBe(LOST);
      Object.assign(world.storage, { getLeaseKey });
      expect(await held()).toBe(0);
    },
  );
});

describe('an acquisition with a key', () => {
  it('is given the lease of a request that took the last proxy meanwhile', async () => {
    const { world, acquire, held } = await createWorld();
    const { queryProxyRows } = world.storage;
    const first = Promise.withResolvers<Lease | null>();
    Object.assign(world.storage, {
      queryProxyRows: async (...args: Parameters<typeof queryProxyRows>) => {
        Object.assign(world.storage, { queryProxyRows });
        first.resolve(await acquire(keyed));
        return queryProxyRows(...args);
      },
    });
    expect(await acquire(keyed)).toEqual((await first.promise) ?? expect.unreachable());
    expect(await held()).toBe(1);
  });

  it('does not mind the order in which proxies are left out', async () => {
    const { world, acquire } = await createWorld(3);
    const ids = await world.storage.queryProxyIds('fleet', 2);
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

describe('an acquisition that is told to end', () => {
  it('gives back what it acquired at that moment', async () => {
    const { world, manager, held } = await createWorld();
    const { acquireLease } = world.storage;
    const controller = new AbortController();
    Object.assign(world.storage, {
      acquireLease: (...args: Parameters<typeof acquireLease>) => {
        controller.abort(new Error('enough'));
        return acquireLease(...args);
      },
    });
    const request = { poolName: 'fleet', consumerName: 'shop' };
    const aborted = manager.acquireProxy(request, { signal: controller.signal });
    await expect(aborted).rejects.toThrow('enough');
    expect(await held()).toBe(0);
  });

  it('reads no key', async () => {
    const { world, manager } = await createWorld();
    const reads: string[] = [];
    const { getLeaseKey } = world.storage;
    Object.assign(world.storage, {
      getLeaseKey: (hash: string) => {
        reads.push(hash);
        return getLeaseKey(hash);
      },
    });
    const request = { poolName: 'fleet', consumerName: 'shop', idempotencyKey };
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(manager.acquireProxy(request, { signal })).rejects.toThrow('enough');
    expect(reads).toEqual([]);
  });
});
