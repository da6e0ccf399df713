import { describe, expect, it } from 'vitest';
import { DEFAULT_LEASING } from '../../../src/model/leasing-settings.ts';
import { setMaxConcurrency } from '../../../src/pools/edit-proxy.ts';
import { importProxies } from '../../../src/pools/import-proxies.ts';
import { parsePoolPolicy } from '../../../src/pools/pool-policy.ts';
import { parseProxyList } from '../../../src/proxies/list-parser.ts';
import { TEST_SALT } from '../../support/factories.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';

const SECOND = 1000;

describe('blocks', () => {
  it('keep a proxy from one target for an hour, and from no other', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const lease = await world.mustAcquire();
    await world.manager.releaseProxy(lease, { outcome: 'blocked', targetHost: 'Shop.Example.' });
    const acquire = async (notBlockedOn?: string) => {
      const found = await world.acquire(notBlockedOn === undefined ? {} : { notBlockedOn });
      if (found) await world.manager.releaseProxy(found);
      return found !== null;
    };
    expect(await acquire('shop.example')).toBe(false);
    expect(await acquire('SHOP.example')).toBe(false);
    expect(await acquire('www.shop.example')).toBe(true);
    expect(await acquire('constructor')).toBe(true);
    expect(await acquire()).toBe(true);
    world.clock.advance(3600 * SECOND - 1);
    expect(await acquire('shop.example')).toBe(false);
    world.clock.advance(1);
    expect(await acquire('shop.example')).toBe(true);
  });

  it('last as long as the pool says', async () => {
    const world = new LeaseWorld();
    await world.fill(1, { leasing: { ...DEFAULT_LEASING, blockSeconds: 60 } });
    const report = { outcome: 'blocked', targetHost: 'bücher.example' } as const;
    await world.manager.releaseProxy(await world.mustAcquire(), report);
    expect(await world.acquire({ notBlockedOn: 'xn--bcher-kva.example' })).toBeNull();
    world.clock.advance(60 * SECOND);
    expect(await world.acquire({ notBlockedOn: 'bücher.example' })).not.toBeNull();
  });

  it('that a clock far ahead reported last at most a minute longer', async () => {
    const world = new LeaseWorld();
    await world.fill(1, { leasing: { ...DEFAULT_LEASING, blockSeconds: 60 } });
    const { clock } = world;
    const ahead = { now: () => clock.now() + 3600 * SECOND, monotonic: () => clock.monotonic() };
    const lease = await world.mustAcquire();
    const report = { outcome: 'blocked', targetHost: 'shop.example' } as const;
    await world.createManager({ clock: ahead }).releaseProxy(lease, report);
    let refusals = 0;
    for (let waited = 0; waited < 1200; waited++) {
      const found = await world.acquire({ notBlockedOn: 'shop.example', leaseSeconds: 1 });
      refusals += Number(found === null);
      clock.advance(6 * SECOND);
    }
    expect(refusals * 6).toBeGreaterThan(0);
    expect(refusals * 6).toBeLessThanOrEqual(60 + 60 + 6);
  });

  it('are kept for the last 32 hosts', async () => {
    for (const maxConcurrency of [1, null]) {
      const world = new LeaseWorld();
      const [id = ''] = await world.fill([{ maxConcurrency }]);
      for (let n = 0; n < 40; n++) {
        const report = { outcome: 'blocked', targetHost: `host-${n}.example` } as const;
        await world.manager.releaseProxy(await world.mustAcquire(), report);
        world.clock.advance(SECOND);
      }
      const { blocks, uses } = await world.row(id);
      const kept = Array.from({ length: 32 }, (_, n) => `host-${n + 8}.example`);
      expect(Object.keys(blocks).sort()).toEqual(kept.sort());
      expect(uses.blocked).toBe(40);
    }
  });

  it('are refused without a valid host and outcome', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const lease = await world.mustAcquire();
    for (const [report, pointer] of [
      [{ outcome: 'blocked', targetHost: 'https://shop.example/' }, '/targetHost'],
      [{ outcome: 'blocked', targetHost: 'a b' }, '/targetHost'],
      [{ outcome: 'blocked', targetHost: '__proto__' }, '/targetHost'],
      [{ outcome: 'blocked', targetHost: `${'x'.repeat(2000)}` }, '/targetHost'],
      [{ outcome: 'fine' }, '/outcome'],
      ['fine', '/outcome'],
      [{ outcome: 'ok', host: 'a' }, '/host'],
    ] as const) {
      const refused = world.manager.releaseProxy(lease, report as never);
      await expect(refused).rejects.toMatchObject({ issues: [{ pointer }] });
    }
    expect(await world.manager.releaseProxy(lease)).toBe(true);
  });
});

describe('the leasing part of a policy', () => {
  it('has defaults, and can be turned off', () => {
    expect(parsePoolPolicy({}).leasing).toEqual({
      quarantineAfterFailures: 5,
      quarantineSeconds: 30,
      maxQuarantineSeconds: 300,
      maxQuarantinedPercent: 10,
      blockSeconds: 3600,
    });
    for (const off of [0, null]) {
      const { leasing } = parsePoolPolicy({ leasing: { quarantineAfterFailures: off } });
      expect(leasing).toEqual({ ...DEFAULT_LEASING, quarantineAfterFailures: null });
    }
  });

  it.for([
    [{ quarantineAfterFailures: 101 }, '/leasing/quarantineAfterFailures'],
    [{ quarantineSeconds: 0 }, '/leasing/quarantineSeconds'],
    [{ quarantineSeconds: 400 }, '/leasing/maxQuarantineSeconds'],
    [{ maxQuarantinedPercent: 51 }, '/leasing/maxQuarantinedPercent'],
    [{ blockSeconds: 59 }, '/leasing/blockSeconds'],
  ] as const)('refuses %j', ([leasing, pointer]) => {
    let issues: unknown;
    try {
      parsePoolPolicy({ leasing });
    } catch (error) {
      issues = (error as { issues: unknown }).issues;
    }
    expect(issues).toMatchObject([{ pointer, detail: expect.stringMatching(/^must be/) }]);
  });
});

describe('the number of consumers of a proxy', () => {
  it('is set by the import for new proxies, and by hand', async () => {
    const world = new LeaseWorld();
    const [old = ''] = await world.fill(1);
    const list = parseProxyList('10.0.0.0:8080\n10.0.0.9:8080\n', {
      salt: TEST_SALT,
      allowPrivateAddresses: true,
    });
    const report = await importProxies(world, 'fleet', list, { maxConcurrency: null, lines: true });
    const imported = report.lines?.[1]?.proxyId ?? '';
    expect((await world.row(old)).maxConcurrency).toBe(1);
    expect((await world.row(imported)).maxConcurrency).toBeNull();
    const edit = { poolName: 'fleet', proxyId: imported };
    const row = await setMaxConcurrency(world, { ...edit, maxConcurrency: 7 });
    expect(row.maxConcurrency).toBe(7);
    expect(await world.row(imported)).toEqual(row);
  });

  it('is 1 to 100, or unlimited', async () => {
    const world = new LeaseWorld();
    const [proxyId = ''] = await world.fill(1);
    for (const maxConcurrency of [0, 101, 1.5]) {
      const refused = { issues: [{ pointer: '/maxConcurrency' }] };
      const edit = { poolName: 'fleet', proxyId, maxConcurrency };
      await expect(setMaxConcurrency(world, edit)).rejects.toMatchObject(refused);
      const list = parseProxyList('');
      await expect(importProxies(world, 'fleet', list, { maxConcurrency })).rejects.toMatchObject(
        refused,
      );
    }
    const nobody = { poolName: 'fleet', proxyId: 'x', maxConcurrency: 1 };
    await expect(setMaxConcurrency(world, nobody)).rejects.toMatchObject({ code: 'not_found' });
  });
});
