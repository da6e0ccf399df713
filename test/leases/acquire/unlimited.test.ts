import { describe, expect, it } from 'vitest';
import { createSalt } from '../../../src/proxies/proxy.ts';
import { TEST_SALT } from '../../support/factories.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';

const SECOND = 1000;

async function createUnlimited() {
  const world = new LeaseWorld();
  const [id = ''] = await world.fill([{ maxConcurrency: null }]);
  return { world, id };
}

describe('the lease of an unlimited proxy', () => {
  it('is given to any consumer and writes nothing', async () => {
    const { world, id } = await createUnlimited();
    const before = await world.row(id);
    const leases = await Promise.all(Array.from({ length: 9 }, () => world.mustAcquire()));
    expect(new Set(leases.map(({ leaseId }) => leaseId)).size).toBe(9);
    for (const lease of leases) expect(await world.manager.releaseProxy(lease)).toBe(true);
    expect(await world.row(id)).toEqual(before);
  });

  it('says who holds it and until when', async () => {
    const { world } = await createUnlimited();
    const consumerName = 'Läden & Söhne 商店';
    const lease = await world.mustAcquire({ consumerName, leaseSeconds: 60 });
    world.clock.advance(10 * SECOND);
    const { poolName, leaseId } = lease;
    const renewed = await world.manager.renewLease({ poolName, leaseId }, { leaseSeconds: 90 });
    expect(renewed).toMatchObject({
      consumerName,
      acquiredAt: lease.acquiredAt,
      expiresAt: new Date(TEST_TIME + 100 * SECOND).toISOString(),
    });
    expect(renewed.leaseId).not.toBe(leaseId);
    const shorter = await world.manager.renewLease(renewed, { leaseSeconds: 1 });
    expect(shorter.expiresAt).toBe(renewed.expiresAt);
  });

  it('ends at its time, for renewals and for reports', async () => {
    const { world, id } = await createUnlimited();
    const lease = await world.mustAcquire({ leaseSeconds: 60 });
    world.clock.advance(60 * SECOND);
    await expect(world.manager.renewLease(lease)).rejects.toMatchObject({ code: 'lease_ended' });
    expect(await world.manager.releaseProxy(lease, 'failed')).toBe(false);
    expect((await world.row(id)).uses.failed).toBe(0);
  });

  it('records how the use went', async () => {
    const { world, id } = await createUnlimited();
    const lease = await world.mustAcquire();
    expect(await world.manager.releaseProxy(lease, 'failed')).toBe(true);
    expect(await world.row(id)).toMatchObject({
      uses: { failed: 1 },
      failuresInRow: 1,
      leases: {},
    });
  });

  it('is not renewed once its proxy is banned, gone or no longer unlimited', async () => {
    for (const change of ['ban', 'delete', 'limit'] as const) {
      const { world, id } = await createUnlimited();
      const lease = await world.mustAcquire();
      if (change === 'ban') await world.setStatus(id, 'banned');
      if (change === 'delete') await world.storage.proxies.delete('fleet', id);
      if (change === 'limit') await world.storage.leases.setMaxConcurrency('fleet', id, 1);
      await expect(world.manager.renewLease(lease)).rejects.toMatchObject({ code: 'lease_ended' });
    }
  });

  it('cannot be forged, changed or carried to another pool', async () => {
    const { world } = await createUnlimited();
    const { leaseId } = await world.mustAcquire();
    await world.storage.pools.create({
      ...(await world.storage.pools.get('fleet').then((pool) => pool ?? expect.unreachable())),
      poolName: 'other',
    });
    const parts = leaseId.split('.');
    const changed = (index: number, text: string) => parts.with(index, text).join('.');
    const forgeries = [
      { poolName: 'fleet', leaseId: changed(3, 'zzzzzzzzz') },
      { poolName: 'fleet', leaseId: changed(4, 'YWRtaW4') },
      { poolName: 'fleet', leaseId: changed(0, '00000000-0000-8000-8000-000000000000') },
      { poolName: 'fleet', leaseId: changed(6, 'A'.repeat(43)) },
      { poolName: 'other', leaseId },
    ];
    for (const forgery of forgeries) {
      const refused = { code: 'invalid_input', issues: [{ pointer: '/leaseId' }] };
      await expect(world.manager.renewLease(forgery)).rejects.toMatchObject(refused);
      await expect(world.manager.releaseProxy(forgery, 'ok')).rejects.toMatchObject(refused);
    }
  });

  it('is not given once its proxy is banned, gone or no longer unlimited', async () => {
    for (const change of ['ban', 'delete', 'limit'] as const) {
      const { world, id } = await createUnlimited();
      world.storage.tap('proxies.query', async (query, ...args) => {
        const page = await query(...args);
        if (change === 'ban') await world.setStatus(id, 'banned');
        if (change === 'delete') await world.storage.proxies.delete('fleet', id);
        if (change === 'limit') await world.storage.leases.setMaxConcurrency('fleet', id, 1);
        return page;
      });
      expect(await world.acquire()).toBeNull();
    }
  });

  it('is signed for the pool its proxy belongs to, not for the one before it', async () => {
    const { world, id } = await createUnlimited();
    await world.mustAcquire();
    await world.storage.pools.markDeleting('fleet', new Date(TEST_TIME).toISOString());
    await world.storage.proxies.delete('fleet', id);
    await world.storage.pools.remove({ poolName: 'fleet', salt: TEST_SALT });
    await world.fill([{ maxConcurrency: null }], { salt: createSalt() });
    const lease = await world.mustAcquire();
    const renewed = await world.createManager().renewLease(lease);
    world.clock.advance(31 * SECOND);
    expect(await world.manager.releaseProxy(renewed, 'ok')).toBe(true);
  });

  it('causes few reads of the pool, however many ids are forged', async () => {
    const { world } = await createUnlimited();
    const { poolName, leaseId } = await world.mustAcquire();
    const reads = world.storage.record('pools.get');
    const forged = leaseId.split('.').with(6, 'A'.repeat(43)).join('.');
    for (let n = 0; n < 50; n++) {
      const renewal = world.manager.renewLease({ poolName, leaseId: forged });
      await expect(renewal).rejects.toMatchObject({ code: 'invalid_input' });
      world.clock.advance(SECOND / 10);
    }
    expect(reads).toHaveLength(2);
  });

  it('is recognized at once when its pool was deleted and made again', async () => {
    const { world } = await createUnlimited();
    await world.mustAcquire();
    await world.storage.pools.markDeleting('fleet', new Date(TEST_TIME).toISOString());
    const old = await world.storage.pools.get('fleet');
    await world.storage.pools.remove({ poolName: 'fleet', salt: old?.salt ?? '' });
    await world.fill([{ maxConcurrency: null }], { salt: createSalt() });
    const lease = await world.createManager().acquireProxy({
      poolName: 'fleet',
      consumerName: 'shop',
    });
    expect(lease && (await world.manager.releaseProxy(lease))).toBe(true);
  });
});
