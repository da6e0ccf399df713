import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProxyStatus } from '../../src/health/rise-fall.ts';
import { batchesOf, batchOf } from '../../src/model/batch-range.ts';
import { DEFAULT_LEASING, type LeasingSettings } from '../../src/model/leasing-settings.ts';
import { honouredQuarantines, quarantinedUntil, type Suspect } from '../../src/pools/quarantine.ts';
import {
  makeBatchResult,
  makeProxies,
  makeStoredResult,
  makeSweepId,
} from '../support/factories.ts';
import { TEST_TIME } from '../support/fakes/fake-clock.ts';
import { LeaseWorld } from '../support/leases/lease-world.ts';

const SECOND = 1000;
const PROXIES = makeProxies(200);

const settingsArbitrary: fc.Arbitrary<LeasingSettings> = fc
  .record({
    quarantineAfterFailures: fc.option(fc.integer({ min: 1, max: 100 }), { freq: 10 }),
    quarantineSeconds: fc.integer({ min: 1, max: 3600 }),
    maxQuarantineSeconds: fc.integer({ min: 1, max: 86_400 }),
    maxQuarantinedPercent: fc.integer({ min: 0, max: 50 }),
  })
  .map((settings) => ({
    ...settings,
    maxQuarantineSeconds: Math.max(settings.quarantineSeconds, settings.maxQuarantineSeconds),
    blockSeconds: 3600,
  }));

const verdict = fc.constantFrom('active', 'slow', 'inactive', 'inconclusive');

/** A proxy with reported failures and a newest probe, before or after `TEST_TIME`. */
function suspectArbitrary(index: number): fc.Arbitrary<Suspect> {
  const proxy = PROXIES[index % PROXIES.length];
  if (!proxy) throw new Error('there are no proxies');
  const instant = fc.integer({ min: TEST_TIME - 400 * SECOND, max: TEST_TIME + 50 * SECOND });
  const failing = fc.record({ failuresInRow: fc.nat(20), lastFailureAt: instant });
  const probed = fc.record({ status: verdict, at: instant });
  return fc
    .record({
      status: fc.constantFrom('active', 'slow', 'unknown', 'inactive', 'banned'),
      failures: fc.option(failing, { nil: {}, freq: 8 }),
      probe: fc.option(probed, { freq: 3 }),
    })
    .map(({ status, failures, probe }) => ({
      row: { proxy, status, ...failures },
      newest: probe && {
        sweepId: makeSweepId(1),
        startedAt: new Date(probe.at).toISOString(),
        result: makeStoredResult({ status: probe.status, offsetMs: 0 }),
      },
    }));
}

function isLeasable(status: ProxyStatus): boolean {
  return status !== 'banned' && status !== 'inactive';
}

/** A pool of up to 200 proxies. */
const poolArbitrary = fc
  .integer({ min: 0, max: PROXIES.length })
  .chain((size) =>
    fc.tuple(...Array.from({ length: size }, (_, index) => suspectArbitrary(index))),
  );

describe('a quarantine', () => {
  it('lasts from the last failure for as long as the failures in a row say', () => {
    fc.assert(
      fc.property(suspectArbitrary(0), settingsArbitrary, ({ row }, settings) => {
        const until = quarantinedUntil({ row, newest: null }, settings);
        const { quarantineAfterFailures: threshold, quarantineSeconds } = settings;
        const extra = (row.failuresInRow ?? 0) - (threshold ?? Number.POSITIVE_INFINITY);
        const seconds = Math.min(settings.maxQuarantineSeconds, quarantineSeconds * (extra + 1));
        const begun = extra >= 0 ? row.lastFailureAt : undefined;
        expect(until).toBe(begun === undefined ? null : begun + seconds * SECOND);
      }),
    );
  });

  it('ends with a later successful probe and with no other', () => {
    fc.assert(
      fc.property(suspectArbitrary(0), settingsArbitrary, (suspect, settings) => {
        const { row, newest } = suspect;
        const without = quarantinedUntil({ row, newest: null }, settings);
        const well = newest?.result.status === 'active' || newest?.result.status === 'slow';
        const later = newest !== null && Date.parse(newest.startedAt) > (row.lastFailureAt ?? 0);
        expect(quarantinedUntil(suspect, settings)).toBe(well && later ? null : without);
      }),
    );
  });

  it('never keeps more than its share of leasable proxies out of use, in batches of any size', () => {
    fc.assert(
      fc.property(
        poolArbitrary,
        settingsArbitrary,
        fc.integer({ min: 0, max: 4 }),
        (pool, settings, bitCount) => {
          let honoured = 0;
          for (const bits of batchesOf(bitCount)) {
            const rows = pool.filter(({ row }) => batchOf(row.proxy.id, bitCount) === bits);
            honoured += honouredQuarantines(rows, settings, TEST_TIME).size;
          }
          const leasable = pool.filter(({ row }) => isLeasable(row.status));
          expect(honoured * 100).toBeLessThanOrEqual(
            leasable.length * settings.maxQuarantinedPercent,
          );
        },
      ),
    );
  });

  it('is honoured for those that began first, in whatever order the rows come', () => {
    fc.assert(
      fc.property(poolArbitrary, settingsArbitrary, (pool, settings) => {
        const honoured = honouredQuarantines(pool, settings, TEST_TIME);
        expect(honouredQuarantines(pool.toReversed(), settings, TEST_TIME)).toEqual(honoured);
        const leasable = pool.filter(({ row }) => isLeasable(row.status));
        const quarantined = leasable.filter(
          (suspect) => (quarantinedUntil(suspect, settings) ?? 0) > TEST_TIME,
        );
        const most = Math.floor((leasable.length * settings.maxQuarantinedPercent) / 100);
        expect(honoured.size).toBe(Math.min(most, quarantined.length));
        const beginnings = (within: boolean) =>
          quarantined
            .filter(({ row }) => honoured.has(row.proxy.id) === within)
            .map(({ row }) => row.lastFailureAt ?? 0);
        expect(Math.max(0, ...beginnings(true))).toBeLessThanOrEqual(
          Math.min(Number.POSITIVE_INFINITY, ...beginnings(false)),
        );
      }),
    );
  });
});

describe('reported failures', () => {
  /** A pool in which one proxy may be quarantined, and a request that only this proxy satisfies. */
  const createWorld = async (leasing: Partial<LeasingSettings> = {}) => {
    const world = new LeaseWorld();
    const ids = await world.fill(10, { leasing: { ...DEFAULT_LEASING, ...leasing } });
    world.clock.advance(SECOND);
    const [id = '', ...others] = ids;
    const acquireIt = () => world.acquire({ excludedProxyIds: others, leaseSeconds: 1 });
    const fail = async (times: number) => {
      for (let n = 0; n < times; n++) {
        const lease = (await acquireIt()) ?? expect.unreachable('it is in quarantine');
        await world.manager.releaseProxy(lease, 'failed');
      }
    };
    return { world, id, acquireIt, fail };
  };

  it('quarantine a proxy after five in a row for 30 seconds, then for longer', async () => {
    const { world, acquireIt, fail } = await createWorld();
    await fail(5);
    expect(await acquireIt()).toBeNull();
    world.clock.advance(30 * SECOND - 1);
    expect(await acquireIt()).toBeNull();
    world.clock.advance(1);
    await fail(1);
    world.clock.advance(60 * SECOND - 1);
    expect(await acquireIt()).toBeNull();
    world.clock.advance(1);
    expect(await acquireIt()).not.toBeNull();
  });

  it('do not when a use between them went well', async () => {
    const { world, acquireIt, fail } = await createWorld();
    for (const outcome of ['ok', 'slow'] as const) {
      await fail(4);
      const lease = (await acquireIt()) ?? expect.unreachable();
      await world.manager.releaseProxy(lease, outcome);
    }
    await fail(4);
    const lease = (await acquireIt()) ?? expect.unreachable();
    await world.manager.releaseProxy(lease, { outcome: 'blocked', targetHost: 'shop.example' });
    await fail(1);
    expect(await acquireIt()).toBeNull();
  });

  it('no longer count after a later successful probe, but do after a failed one', async () => {
    const { world, id, acquireIt, fail } = await createWorld();
    await fail(5);
    const sweep = async (order: number, status: 'active' | 'inactive') => {
      world.clock.advance(SECOND);
      const results = new Map([[id, makeStoredResult({ status, offsetMs: 0 })]]);
      const startedAt = new Date(world.clock.now()).toISOString();
      const sweepId = makeSweepId(order);
      await world.storage.results.put(makeBatchResult({ sweepId, startedAt, results }));
    };
    await sweep(2, 'inactive');
    expect(await acquireIt()).toBeNull();
    await sweep(3, 'active');
    expect(await acquireIt()).not.toBeNull();
  });

  it('quarantine no proxy when the pool turns quarantine off', async () => {
    const { acquireIt, fail } = await createWorld({ quarantineAfterFailures: null });
    await fail(20);
    expect(await acquireIt()).not.toBeNull();
  });

  it('leave most of the working proxies in use, however many do not work', async () => {
    const world = new LeaseWorld();
    const working = Array.from({ length: 10 }, () => ({}));
    const broken = Array.from({ length: 90 }, (_, index) => ({
      status: index % 2 === 0 ? ('inactive' as const) : ('banned' as const),
    }));
    await world.fill([...working, ...broken]);
    world.clock.advance(SECOND);
    for (let round = 0; round < 5; round++) {
      const leases = await Promise.all(Array.from({ length: 10 }, () => world.mustAcquire()));
      for (const lease of leases) await world.manager.releaseProxy(lease, 'failed');
    }
    const leases = await Promise.all(Array.from({ length: 10 }, () => world.acquire()));
    expect(leases.filter((lease) => lease !== null)).toHaveLength(9);
  });

  it('from a clock an hour ahead quarantine for at most a minute more', async () => {
    const { world, acquireIt } = await createWorld();
    const { clock } = world;
    const ahead = { now: () => clock.now() + 3_600_000, monotonic: () => clock.monotonic() };
    const reporter = world.createManager({ clock: ahead });
    for (let n = 0; n < 5; n++) {
      await reporter.releaseProxy((await acquireIt()) ?? expect.unreachable(), 'failed');
    }
    let refusals = 0;
    for (let waited = 0; waited < 1200; waited++) {
      refusals += Number((await acquireIt()) === null);
      clock.advance(6 * SECOND);
    }
    expect(refusals * 6).toBeLessThanOrEqual(30 + 60 + 6);
  });

  it('on every proxy leave nine of ten in use', async () => {
    const world = new LeaseWorld();
    await world.fill(20);
    world.clock.advance(SECOND);
    for (let round = 0; round < 5; round++) {
      const leases = await Promise.all(Array.from({ length: 20 }, () => world.mustAcquire()));
      for (const lease of leases) await world.manager.releaseProxy(lease, 'failed');
    }
    const leases = await Promise.all(Array.from({ length: 20 }, () => world.acquire()));
    expect(leases.filter((lease) => lease !== null)).toHaveLength(18);
  });
});
