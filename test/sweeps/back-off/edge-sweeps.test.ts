import { describe, expect, it } from 'vitest';
import { ProxyManager } from '../../../src/leases/proxy-manager.ts';
import { setProxyStatus } from '../../../src/pools/edit-proxy.ts';
import { importProxies } from '../../../src/pools/import-proxies.ts';
import type { Proxy } from '../../../src/proxies/proxy.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { makeProxy } from '../../support/factories.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { AdaptiveWorld, BACK_OFF, MINUTE_MS } from '../../support/sweeps/adaptive-world.ts';

async function* entriesOf(proxies: readonly Proxy[]) {
  for (const [index, proxy] of proxies.entries()) {
    yield { kind: 'accepted', line: index + 1, proxy } as const;
  }
}

/** The minutes after the start at which the sweeps began, oldest first; edge sweeps as `7 edge`. */
async function sweepTimes(world: AdaptiveWorld): Promise<readonly string[]> {
  const sweeps = (await world.sweeps()).toReversed();
  return sweeps.map(({ startedAt, edge }) => {
    const minute = (Date.parse(startedAt) - TEST_TIME) / MINUTE_MS;
    return edge ? `${minute} edge` : `${minute}`;
  });
}

describe.each(['memory', 'DynamoDB'])('an edge sweep, in %s', (kind) => {
  const database = kind === 'DynamoDB' ? useDynamoDb() : null;
  const createWorld = async () =>
    new AdaptiveWorld(database ? await database.openStorage() : undefined);

  /** A pool after its first hour: every proxy is known and up, and nothing waits. */
  async function openSettled(count: number): Promise<AdaptiveWorld> {
    const world = await createWorld();
    await world.open(count);
    await world.pass(10);
    expect(await sweepTimes(world)).toEqual(['0', '5 edge']);
    world.takeProbed();
    return world;
  }

  it('probes new proxies within a minute of their import, and them alone', async () => {
    const world = await openSettled(50);
    const fresh = [makeProxy(1001), makeProxy(1002)];
    world.clock.advance(7_000);
    await importProxies(world, 'fleet', entriesOf(fresh));
    const importedAt = world.clock.now();
    world.clock.advance(53_000);
    await world.pass(1);
    expect(world.takeProbed()).toEqual(fresh.map(({ id }) => id).sort());
    for (const { id } of fresh) {
      expect((world.probes.get(id)?.[0] ?? 0) - importedAt).toBeLessThanOrEqual(MINUTE_MS);
    }
    expect((await sweepTimes(world)).at(-1)).toBe('11 edge');
    const [{ sweepId = '' } = {}] = await world.sweeps(1);
    const proxyIds = (await world.rows()).map(({ proxy }) => proxy.id);
    await auditSweep(world.storage, sweepId, { proxyIds, events: world.events });
    // Their first verdict is a change, which one more probe confirms; then nothing waits.
    await world.pass(20);
    expect(world.takeProbed()).toEqual(fresh.map(({ id }) => id).sort());
    expect((await sweepTimes(world)).slice(2)).toEqual(['11 edge', '16 edge']);
  });

  it('is not started by an import that adds nothing', async () => {
    const world = await openSettled(5);
    await importProxies(world, 'fleet', entriesOf([makeProxy(1)]));
    await world.pass(5);
    expect(await sweepTimes(world)).toHaveLength(2);
  });

  it('probes a proxy that has just changed again within edgeIntervalSeconds', async () => {
    const world = await openSettled(50);
    const [{ proxy } = { proxy: makeProxy(0) }] = await world.rows();
    world.down.add(proxy.id);
    await world.pass(60);
    // Down since the sweep at 60 minutes, confirmed at 65, and not probed again before 120.
    expect((await sweepTimes(world)).slice(2)).toEqual(['60', '65 edge']);
    const instants = (world.probes.get(proxy.id) ?? []).map((at) => (at - TEST_TIME) / MINUTE_MS);
    expect(instants).toEqual([0, 5, 60, 65]);
    expect(world.checker.probed.slice(50)).toEqual([proxy.id]);
    expect(world.events.filter(({ type }) => type === 'Proxy Status Changed')).toHaveLength(1);
  });

  it('probes a proxy that has failed while leased within edgeIntervalSeconds', async () => {
    const world = await openSettled(50);
    const manager = new ProxyManager(world);
    const wish = { poolName: 'fleet', consumerName: 'shop', leaseSeconds: 60 };
    const lease = await manager.acquireProxy(wish);
    world.clock.advance(20_000);
    await manager.releaseProxy(lease ?? { poolName: '', leaseId: '' }, 'failed');
    const failedAt = world.clock.now();
    world.clock.advance(40_000);
    await world.pass(20);
    const id = lease?.proxy.id ?? '';
    expect(world.takeProbed()).toEqual([id]);
    const probedAt = world.probes.get(id)?.at(-1) ?? 0;
    expect(probedAt - failedAt).toBeLessThanOrEqual(BACK_OFF.edgeIntervalSeconds * 1000);
    expect((await sweepTimes(world)).slice(2)).toEqual(['15 edge']);
  });

  it('probes a proxy within a minute whose status was set to unknown by hand', async () => {
    const world = await openSettled(5);
    const [{ proxy } = { proxy: makeProxy(0) }] = await world.rows();
    await setProxyStatus(world, { poolName: 'fleet', proxyId: proxy.id, status: 'unknown' });
    await world.pass(1);
    expect(world.takeProbed()).toEqual([proxy.id]);
  });

  it('stays one after a crash between its claim and its summary', async () => {
    const world = await openSettled(50);
    await importProxies(world, 'fleet', entriesOf([makeProxy(1001)]));
    const untap = world.storage.tap('sweeps.put', () => Promise.reject(new Error('crashed')));
    expect(await world.tick()).toMatchObject([{ error: new Error('crashed') }]);
    untap();
    world.clock.advance(MINUTE_MS);
    await world.pass(3);
    expect(world.takeProbed()).toEqual([makeProxy(1001).id]);
    expect((await world.sweeps(1))[0]).toMatchObject({ edge: true, state: 'complete' });
  });
});

describe('the schedule', () => {
  it('keeps its time, whatever edge sweeps come between', async () => {
    const world = new AdaptiveWorld();
    await world.open(20, { intervalSeconds: 600 });
    const [{ proxy } = { proxy: makeProxy(0) }] = await world.rows();
    await world.pass(60, () => {
      // It flaps, so something always changes.
      if (!world.down.delete(proxy.id)) world.down.add(proxy.id);
    });
    const whole = (await sweepTimes(world)).filter((time) => !time.includes('edge'));
    expect(whole).toEqual(['0', '10', '20', '30', '40', '50']);
    expect((await sweepTimes(world)).filter((time) => time.includes('edge'))).toHaveLength(6);
  });

  it('keeps its time when an edge sweep still runs at it', async () => {
    const world = new AdaptiveWorld();
    await world.open(20, { intervalSeconds: 600 });
    await world.pass(9);
    await importProxies(world, 'fleet', entriesOf([makeProxy(1001)]));
    await world.tick();
    world.clock.advance(MINUTE_MS);
    expect(await world.tick()).toMatchObject([{ action: 'running' }]);
    await world.deliver();
    world.clock.advance(MINUTE_MS);
    await world.pass(10);
    // Begun late, at 11, and counted for 10.
    expect(await sweepTimes(world)).toEqual(['0', '5 edge', '9 edge', '11', '20']);
  });

  it('has no edge sweeps where its own come as soon', async () => {
    const world = new AdaptiveWorld();
    await world.open(20, { intervalSeconds: 300 });
    world.down.add(makeProxy(3).id);
    await world.pass(30);
    expect((await sweepTimes(world)).some((time) => time.includes('edge'))).toBe(false);
  });

  it('goes on as before in a pool without back-off', async () => {
    const world = new AdaptiveWorld();
    await world.open(20, { backOff: null });
    world.down.add(makeProxy(3).id);
    await world.pass(10);
    await importProxies(world, 'fleet', entriesOf([makeProxy(1001)]));
    await world.pass(55);
    expect(await sweepTimes(world)).toEqual(['0', '60']);
    expect(world.checker.probed).toHaveLength(41);
    const pool = await world.storage.pools.get('fleet');
    for (const field of ['newSince', 'lastSweepChanged', 'wholeSweepId']) {
      expect(pool).not.toHaveProperty(field);
    }
  });
});

describe('the notes of what cannot wait', () => {
  it('are one write for many imports and one for many failures between two sweeps', async () => {
    const world = new AdaptiveWorld();
    await world.open(20);
    await world.pass(10);
    const notes: string[] = [];
    world.storage.tap('pools.noteEdge', async (noteEdge, ...args) => {
      notes.push(args[1]);
      await noteEdge(...args);
    });
    const manager = new ProxyManager(world);
    const wish = { poolName: 'fleet', consumerName: 'shop', leaseSeconds: 60 };
    const useBadly = async () => {
      const lease = await manager.acquireProxy(wish);
      await manager.releaseProxy(lease ?? { poolName: '', leaseId: '' }, 'failed');
      world.clock.advance(1000);
      return lease?.proxy.id ?? '';
    };
    const waiting = new Set<string>();
    world.takeProbed();
    for (let n = 0; n < 5; n++) {
      await importProxies(world, 'fleet', entriesOf([makeProxy(2000 + n)]));
      waiting.add(makeProxy(2000 + n).id).add(await useBadly());
    }
    expect(notes).toEqual(['newSince', 'failedSince']);
    world.clock.advance(55_000);
    await world.pass(1);
    // That sweep has served all of them.
    expect(world.takeProbed()).toEqual([...waiting].sort());
    await useBadly();
    expect(notes).toEqual(['newSince', 'failedSince', 'failedSince']);
  });

  it('of a clock that is far ahead stands in nobody’s way', async () => {
    const world = new AdaptiveWorld();
    await world.open(20);
    await world.pass(10);
    const inAYear = new Date(world.clock.now() + 365 * 86_400_000).toISOString();
    await world.storage.pools.noteEdge('fleet', 'newSince', inAYear);
    world.takeProbed();
    await importProxies(world, 'fleet', entriesOf([makeProxy(1001)]));
    await world.pass(1);
    expect(world.takeProbed()).toEqual([makeProxy(1001).id]);
  });
});
