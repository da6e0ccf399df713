import { describe, expect, it } from 'vitest';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';

const SECOND = 1000;

describe('renewLease', () => {
  it('extends a lease, by its own duration or another', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const lease = await world.mustAcquire({ leaseSeconds: 60 });
    world.clock.advance(50 * SECOND);
    const renewed = await world.manager.renewLease(lease);
    expect(renewed).toEqual({
      ...lease,
      expiresAt: new Date(TEST_TIME + 110 * SECOND).toISOString(),
    });
    const longer = await world.manager.renewLease(renewed, { leaseSeconds: 600 });
    expect(longer.expiresAt).toBe(new Date(TEST_TIME + 650 * SECOND).toISOString());
    const { poolName, leaseId } = lease;
    const byName = await world.manager.renewLease({ poolName, leaseId });
    expect(byName).toMatchObject({ leaseId, expiresAt: longer.expiresAt, consumerName: 'shop' });
  });

  it('refuses a lease that is over by the clock of its holder', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const lease = await world.mustAcquire({ leaseSeconds: 60 });
    world.clock.advance(60 * SECOND);
    await expect(world.manager.renewLease(lease)).rejects.toMatchObject({
      name: 'LeaseEndedError',
      code: 'lease_ended',
    });
  });

  it('refuses a lease that was released, or whose proxy was banned or deleted', async () => {
    const world = new LeaseWorld();
    await world.fill(3);
    const leases = await Promise.all([world.mustAcquire(), world.mustAcquire()]);
    const [released, deleted] = leases;
    const banned = await world.mustAcquire();
    await world.manager.releaseProxy(released);
    await world.storage.proxies.delete('fleet', deleted.proxy.id);
    await world.setStatus(banned.proxy.id, 'banned');
    for (const lease of [released, deleted, banned]) {
      await expect(world.manager.renewLease(lease)).rejects.toMatchObject({ code: 'lease_ended' });
    }
  });

  it('says what is wrong with an id or a duration', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const lease = await world.mustAcquire();
    for (const leaseId of ['', 'nonsense', `${lease.leaseId}x`, lease.proxy.id]) {
      const wrong = { poolName: 'fleet', leaseId };
      const refused = { code: 'invalid_input', issues: [{ pointer: '/leaseId' }] };
      await expect(world.manager.renewLease(wrong)).rejects.toMatchObject(refused);
      await expect(world.manager.releaseProxy(wrong)).rejects.toMatchObject(refused);
    }
    await expect(world.manager.renewLease(lease, { leaseSeconds: 0 })).rejects.toMatchObject({
      issues: [{ pointer: '/leaseSeconds' }],
    });
  });
});

describe('releaseProxy', () => {
  it('gives the proxy back at once, and says a second time that it was gone', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const lease = await world.mustAcquire();
    expect(await world.manager.releaseProxy(lease)).toBe(true);
    expect(await world.manager.releaseProxy(lease)).toBe(false);
    expect(await world.acquire()).not.toBeNull();
  });

  it('records how a late use went while no other consumer has the proxy', async () => {
    const world = new LeaseWorld();
    const [id = ''] = await world.fill(1);
    const late = await world.mustAcquire({ leaseSeconds: 1 });
    world.clock.advance(3600 * SECOND);
    expect(await world.manager.releaseProxy(late, 'failed')).toBe(true);
    expect(await world.row(id)).toMatchObject({ leases: {}, uses: { failed: 1 } });
  });

  it('cannot end a newer lease with a stale one', async () => {
    const world = new LeaseWorld();
    const [id = ''] = await world.fill(1);
    const stale = await world.mustAcquire({ leaseSeconds: 1 });
    world.clock.advance(6 * SECOND);
    await world.mustAcquire();
    expect(await world.manager.releaseProxy(stale, 'failed')).toBe(false);
    const row = await world.row(id);
    expect(Object.keys(row.leases)).toHaveLength(1);
    expect(row.uses.failed).toBe(0);
    await expect(world.manager.renewLease(stale)).rejects.toMatchObject({ code: 'lease_ended' });
  });

  it('takes a reference as well as a lease', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const { poolName, leaseId } = await world.mustAcquire();
    expect(await world.manager.releaseProxy({ poolName: 'other', leaseId })).toBe(false);
    expect(await world.manager.releaseProxy({ poolName, leaseId })).toBe(true);
  });
});

describe('cleanupExpiredLeases', () => {
  it('removes ended leases and nothing else', async () => {
    const world = new LeaseWorld();
    const [shared = '', exclusive = ''] = await world.fill([{ maxConcurrency: 100 }, {}]);
    const just = (id: string) => ({ excludedProxyIds: id === shared ? [exclusive] : [shared] });
    for (let n = 0; n < 45; n++) await world.mustAcquire({ ...just(shared), leaseSeconds: 60 });
    const long = await world.mustAcquire({ ...just(shared), leaseSeconds: 600 });
    await world.mustAcquire({ ...just(exclusive), leaseSeconds: 60 });
    world.clock.advance(65 * SECOND - 1);
    expect(await world.manager.cleanupExpiredLeases('fleet')).toBe(0);
    world.clock.advance(1);
    expect(await world.manager.cleanupExpiredLeases('fleet')).toBe(46);
    expect(await world.manager.cleanupExpiredLeases('fleet')).toBe(0);
    expect((await world.row(exclusive)).leases).toEqual({});
    const tokens = Object.keys((await world.row(shared)).leases);
    expect(tokens.map((token) => `${shared}.${token}`)).toEqual([long.leaseId]);
    await expect(world.manager.cleanupExpiredLeases('nobody')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
