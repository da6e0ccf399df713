import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatLeasedUrl } from '../../../src/leases/lease.ts';
import { Credentials } from '../../../src/proxies/credentials.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';

const SECOND = 1000;

describe('acquireProxy', () => {
  it('leases a proxy until its time is over', async () => {
    const world = new LeaseWorld();
    const [id = ''] = await world.fill(1);
    const lease = await world.mustAcquire({ leaseSeconds: 60 });
    expect(lease).toEqual({
      leaseId: expect.stringMatching(new RegExp(`^${id}\\.[\\w-]{22}$`)),
      poolName: 'fleet',
      consumerName: 'shop',
      proxy: expect.objectContaining({ id }),
      acquiredAt: new Date(TEST_TIME).toISOString(),
      expiresAt: new Date(TEST_TIME + 60 * SECOND).toISOString(),
      leaseSeconds: 60,
    });
    const [token = ''] = lease.leaseId.split('.').slice(1);
    const stored = { consumer: 'shop', acquiredAt: TEST_TIME, expiresAt: TEST_TIME + 60 * SECOND };
    expect((await world.row(id)).leases).toEqual({ [token]: stored });
  });

  it('gives an exclusive proxy to no other consumer meanwhile', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    expect(await world.acquire()).not.toBeNull();
    expect(await world.acquire()).toBeNull();
  });

  it('gives every proxy of a pool away, then none', async () => {
    const world = new LeaseWorld();
    const ids = await world.fill(20, { batchBitCounts: [2] });
    const leases = await Promise.all(Array.from({ length: 25 }, () => world.acquire()));
    const held = leases.flatMap((lease) => lease?.proxy.id ?? []);
    expect(held.sort()).toEqual(ids.sort());
  });

  it('gives a proxy away again once its lease is over for every clock', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    await world.mustAcquire({ leaseSeconds: 60 });
    world.clock.advance(65 * SECOND - 1);
    expect(await world.acquire()).toBeNull();
    world.clock.advance(1);
    const second = await world.mustAcquire();
    expect(Object.keys((await world.row(second.proxy.id)).leases)).toHaveLength(1);
  });

  it('gives it away at once when clocks are said to agree', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    await world.mustAcquire({ leaseSeconds: 60 });
    const manager = world.createManager({ clockSkewMs: 0 });
    const request = { poolName: 'fleet', consumerName: 'other' };
    world.clock.advance(60 * SECOND - 1);
    expect(await manager.acquireProxy(request)).toBeNull();
    world.clock.advance(1);
    expect(await manager.acquireProxy(request)).not.toBeNull();
  });

  it('lets as many consumers share a proxy as its limit', async () => {
    const world = new LeaseWorld();
    await world.fill([{ maxConcurrency: 3 }]);
    const leases = await Promise.all(Array.from({ length: 5 }, () => world.acquire()));
    expect(leases.filter((lease) => lease !== null)).toHaveLength(3);
    expect(new Set(leases.map((lease) => lease?.leaseId)).size).toBe(4);
  });

  it('makes room on a row with more ended leases than one write may name', async () => {
    const world = new LeaseWorld();
    const [id = ''] = await world.fill([{ maxConcurrency: 100 }]);
    for (let n = 0; n < 100; n++) await world.mustAcquire({ leaseSeconds: 1 });
    world.clock.advance(6 * SECOND);
    await world.storage.leases.setMaxConcurrency('fleet', id, 1);
    await world.mustAcquire();
    expect(Object.keys((await world.row(id)).leases)).toHaveLength(1);
  });

  it('never leases a banned or inactive proxy, others only when they are asked for', async () => {
    const world = new LeaseWorld();
    const statuses = ['banned', 'inactive', 'slow', 'unknown'] as const;
    const [, , slow, unknown] = await world.fill(statuses.map((status) => ({ status })));
    const everything = { allowSlow: true, allowUnknown: true };
    expect(await world.acquire()).toBeNull();
    expect((await world.mustAcquire({ allowSlow: true })).proxy.id).toBe(slow);
    expect((await world.mustAcquire({ allowUnknown: true })).proxy.id).toBe(unknown);
    expect(await world.acquire(everything)).toBeNull();
  });

  it('leaves out excluded proxies', async () => {
    const world = new LeaseWorld();
    const [first = '', second = ''] = await world.fill(2);
    const lease = await world.mustAcquire({ excludedProxyIds: [first] });
    expect(lease.proxy.id).toBe(second);
    expect(await world.acquire({ excludedProxyIds: [first] })).toBeNull();
  });

  it('goes on to the next candidate when it loses a race', async () => {
    const world = new LeaseWorld();
    const ids = (await world.fill(3)).sort();
    const tried: string[] = [];
    world.storage.tap('leases.acquire', async (acquire, acquisition) => {
      tried.push(acquisition.proxyId);
      return tried.length < 3 ? null : acquire(acquisition);
    });
    const lease = await world.mustAcquire({ selector: 'firstAvailable' });
    expect(tried).toEqual(ids);
    expect(lease.proxy.id).toBe(ids[2]);
  });

  it('gives the holder the credentials, and never prints them', async () => {
    const world = new LeaseWorld();
    const credentials = new Credentials('user', 'p@ss');
    await world.fill([{ endpoint: { credentials } }]);
    const lease = await world.mustAcquire();
    expect(lease.proxy.credentials?.password).toBe('p@ss');
    expect(formatLeasedUrl(lease)).toBe('http://user:p%40ss@10.0.0.0:8080');
    expect(inspect(lease, { depth: 9 }) + JSON.stringify(lease)).not.toMatch(/p@ss|p%40ss/);
  });

  it('ends when it is aborted, and leases nothing then', async () => {
    const world = new LeaseWorld();
    const [id = ''] = await world.fill(1);
    const request = { poolName: 'fleet', consumerName: 'shop' };
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(world.manager.acquireProxy(request, { signal })).rejects.toThrow('enough');
    expect((await world.row(id)).leases).toEqual({});
  });

  it('stops looking when it is aborted meanwhile', async () => {
    const world = new LeaseWorld();
    await world.fill([{ status: 'inactive' }], { batchBitCounts: [3] });
    const controller = new AbortController();
    let reads = 0;
    world.storage.tap('proxies.query', (query, ...args) => {
      reads += 1;
      if (reads === 2) controller.abort(new Error('enough'));
      return query(...args);
    });
    const request = { poolName: 'fleet', consumerName: 'shop' };
    const { signal } = controller;
    await expect(world.manager.acquireProxy(request, { signal })).rejects.toThrow('enough');
    expect(reads).toBe(2);
  });

  it('returns no lease whose answer took longer than it lasts', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    world.storage.tap('leases.acquire', async (acquire, acquisition) => {
      const row = await acquire(acquisition);
      world.clock.advance(SECOND);
      return row;
    });
    expect(await world.acquire({ leaseSeconds: 1 })).toBeNull();
  });

  it('says what is wrong with a request', async () => {
    const world = new LeaseWorld();
    const refusal = await world
      .acquire({
        poolName: 'Not A Pool',
        consumerName: 'line\nbreak',
        leaseSeconds: 86_401,
        selector: 'slowest' as never,
        notBlockedOn: 'https://shop.example/',
        filters: { asn: -1, latitude: 91, country: 'Sweden', town: 'Malmö' } as never,
      })
      .catch((error: unknown) => error);
    const { issues } = refusal as { issues: readonly { pointer: string; detail: string }[] };
    expect(issues.map(({ pointer }) => pointer).sort()).toEqual([
      '/consumerName',
      '/filters/asn',
      '/filters/country',
      '/filters/latitude',
      '/filters/radiusKm',
      '/filters/town',
      '/leaseSeconds',
      '/notBlockedOn',
      '/poolName',
      '/selector',
    ]);
    for (const { detail } of issues) expect(detail).not.toBe('Invalid input');
  });

  it.for([
    [{ consumerName: '' }],
    [{ consumerName: 'x'.repeat(129) }],
    [{ leaseSeconds: 0 }],
    [{ leaseSeconds: 1.5 }],
    [{ filters: { latitude: 1, longitude: 1 } }],
    [{ filters: { radiusKm: 1 } }],
  ])('refuses %j', async ([request]) => {
    const world = new LeaseWorld();
    await world.fill(1);
    await expect(world.acquire(request)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('tells a missing pool from one that is being deleted', async () => {
    const world = new LeaseWorld();
    await expect(world.acquire()).rejects.toMatchObject({ code: 'not_found' });
    await world.fill(1);
    await world.storage.pools.markDeleting('fleet', new Date(TEST_TIME).toISOString());
    await expect(world.acquire()).rejects.toMatchObject({ code: 'conflict' });
  });

  it('refuses a clock skew that is out of range', () => {
    const world = new LeaseWorld();
    for (const clockSkewMs of [-1, 0.5, 60_001]) {
      expect(() => world.createManager({ clockSkewMs })).toThrow(/clockSkewMs/);
    }
  });
});
