import { describe, expect, it } from 'vitest';
import { LeaseWorld } from '../../support/leases/lease-world.ts';

const SECOND = 1000;
const idempotencyKey = 'order-66';

describe('an idempotency key', () => {
  it.for([1, null])('gives the same lease again (consumers: %s)', async (maxConcurrency) => {
    const world = new LeaseWorld();
    await world.fill([{ maxConcurrency }, { maxConcurrency }]);
    const first = await world.mustAcquire({ idempotencyKey, leaseSeconds: 60 });
    world.clock.advance(10 * SECOND);
    const again = await world.mustAcquire({ idempotencyKey, leaseSeconds: 60 });
    expect(again).toEqual(first);
    const other = await world.mustAcquire({ idempotencyKey: 'another' });
    expect(other.leaseId).not.toBe(first.leaseId);
  });

  it('shows a renewal when it gives the lease again', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const first = await world.mustAcquire({ idempotencyKey, leaseSeconds: 60 });
    const renewed = await world.manager.renewLease(first, { leaseSeconds: 600 });
    const again = await world.mustAcquire({ idempotencyKey, leaseSeconds: 60 });
    expect(again.expiresAt).toBe(renewed.expiresAt);
  });

  it('belongs to one consumer of one pool', async () => {
    const world = new LeaseWorld();
    await world.fill(2);
    const first = await world.mustAcquire({ idempotencyKey });
    const other = await world.mustAcquire({ idempotencyKey, consumerName: 'other' });
    expect(other.leaseId).not.toBe(first.leaseId);
  });

  it('refuses another request, and a lease that is over or released', async () => {
    const world = new LeaseWorld();
    await world.fill(3);
    const conflict = { code: 'conflict' };
    const request = { idempotencyKey, leaseSeconds: 60 };
    const lease = await world.mustAcquire(request);
    const differently = { ...request, allowSlow: true };
    await expect(world.acquire(differently)).rejects.toMatchObject(conflict);
    const filtered = { ...request, filters: { asn: 0 } };
    await expect(world.acquire(filtered)).rejects.toThrow(/another request/);
    await world.manager.releaseProxy(lease);
    await expect(world.acquire(request)).rejects.toThrow(/over/);
    const second = { ...request, idempotencyKey: 'second' };
    await world.mustAcquire(second);
    world.clock.advance(60 * SECOND);
    await expect(world.acquire(second)).rejects.toMatchObject(conflict);
    world.clock.advance(86_401 * SECOND);
    expect(await world.acquire(second)).not.toBeNull();
  });

  it('is free for a request that found no proxy', async () => {
    const world = new LeaseWorld();
    const [id = ''] = await world.fill([{ status: 'unknown' }]);
    expect(await world.acquire({ idempotencyKey })).toBeNull();
    await world.setStatus(id, 'active');
    expect(await world.acquire({ idempotencyKey })).not.toBeNull();
  });

  it('gives one lease to requests made at once, and keeps no other', async () => {
    const world = new LeaseWorld();
    const ids = await world.fill(8);
    const leases = await Promise.all(
      Array.from({ length: 8 }, () => world.mustAcquire({ idempotencyKey })),
    );
    expect(new Set(leases.map(({ leaseId }) => leaseId)).size).toBe(1);
    const rows = await Promise.all(ids.map((id) => world.row(id)));
    expect(rows.filter(({ leases: held }) => Object.keys(held).length > 0)).toHaveLength(1);
  });

  it('leaves one lease to its time when the process dies before the key is stored', async () => {
    const world = new LeaseWorld();
    await world.fill(2);
    const died = Promise.withResolvers<void>();
    world.storage.justBefore('leaseKeys.put', () => {
      died.resolve();
      return new Promise(() => {});
    });
    world.acquire({ idempotencyKey });
    await died.promise;
    expect(await world.acquire({ idempotencyKey })).not.toBeNull();
    expect((await world.manager.countPool('fleet')).totalLeases).toBe(2);
  });

  it('is refused with a function as selector, which cannot be compared', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const refused = world.acquire({ idempotencyKey, selector: ([first]) => first });
    await expect(refused).rejects.toMatchObject({ issues: [{ pointer: '/selector' }] });
    const empty = world.acquire({ idempotencyKey: '' });
    await expect(empty).rejects.toMatchObject({ issues: [{ pointer: '/idempotencyKey' }] });
  });
});
