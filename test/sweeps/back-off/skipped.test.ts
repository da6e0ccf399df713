import { describe, expect, it } from 'vitest';
import { ProxyManager } from '../../../src/leases/proxy-manager.ts';
import type { Pool } from '../../../src/model/pool.ts';
import { toRecordCells } from '../../../src/model/result-record.ts';
import { setProxyStatus } from '../../../src/pools/edit-proxy.ts';
import { readProxyHistory } from '../../../src/pools/proxy-history.ts';
import { readProxyViews } from '../../../src/pools/proxy-views.ts';
import { readSweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { readSweepResults } from '../../../src/sweeps/report/sweep-results.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { changePolicy, makeProxies, makeProxy } from '../../support/factories.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { AdaptiveWorld, BACK_OFF, MINUTE_MS } from '../../support/sweeps/adaptive-world.ts';
import { sweepWithCrash } from '../../support/sweeps/sweep-recovery.ts';

describe.each(['memory', 'DynamoDB'])('a proxy that a sweep skips, in %s', (kind) => {
  const database = kind === 'DynamoDB' ? useDynamoDb() : null;

  /** 40 proxies, 10 of them down; the newest sweep is an edge sweep that probed one new proxy. */
  async function openSkipped(pool: Partial<Pool> = {}) {
    const world = new AdaptiveWorld(database ? await database.openStorage() : undefined);
    const proxyIds = await world.open(40, pool);
    for (const id of proxyIds.slice(0, 10)) world.down.add(id);
    await world.pass(10);
    const fresh = makeProxy(1001);
    await world.storage.proxies.insert('fleet', [fresh]);
    await world.storage.pools.noteEdge(
      'fleet',
      'newSince',
      new Date(world.clock.now()).toISOString(),
    );
    await world.pass(1);
    const [{ sweepId = '' } = {}] = await world.sweeps(1);
    return { world, proxyIds, fresh, sweepId };
  }

  it('is in the totals once, by its last verdict, and in no percentile, failure or byte', async () => {
    const { world, proxyIds, fresh, sweepId } = await openSkipped();
    const report = await readSweepReport(world, sweepId);
    expect(report).toMatchObject({
      state: 'complete',
      edge: true,
      totals: { proxies: 41, active: 1, slow: 0, inactive: 0, inconclusive: 0, skipped: 40 },
      skippedAs: { active: 30, slow: 0, inactive: 10, inconclusive: 0 },
      failures: [],
      bytes: 100,
    });
    expect(report.availability).toBeCloseTo(31 / 41);
    const { latencyHistogram } = (await world.current(sweepId)).totals ?? {};
    expect(latencyHistogram?.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect((await world.storage.pools.get('fleet'))?.lastAvailability).toBeCloseTo(31 / 41);
    expect(report.leasing).toMatchObject({ total: 41, active: 31 });
    const ids = [...proxyIds, fresh.id];
    await auditSweep(world.storage, sweepId, { proxyIds: ids, events: world.events });
  });

  it('shows what its last probe found, and when, wherever results are read', async () => {
    const { world, proxyIds, fresh, sweepId } = await openSkipped();
    const { results } = await readSweepResults(world, sweepId, { limit: 100 });
    expect(results).toHaveLength(41);
    const [downId = '', upId = ''] = [proxyIds[0], proxyIds[39]];
    const lastProbe = (id: string) => new Date(world.probes.get(id)?.at(-1) ?? 0).toISOString();
    const down = results.find(({ proxyId }) => proxyId === downId);
    expect(down).toMatchObject({
      status: 'inactive',
      failure: 'timeout',
      blame: 'proxy',
      failedPhase: 'connect',
      checkedAt: lastProbe(downId),
      skipped: true,
    });
    expect(down && toRecordCells(down).at(-1)).toBe('true');
    expect(results.find(({ proxyId }) => proxyId === fresh.id)).not.toHaveProperty('skipped');
    const { proxies } = await readProxyViews(world, 'fleet', { limit: 100 });
    const up = proxies.find(({ proxyId }) => proxyId === upId);
    expect(up?.lastResult).toMatchObject({
      status: 'active',
      latencyMs: 50,
      statusCode: 200,
      checkedAt: lastProbe(upId),
    });
    const history = await readProxyHistory(world, 'fleet', upId, { limit: 10 });
    expect(history.results.map(({ skipped = false }) => skipped)).toEqual([true, false, false]);
    expect(history.results[0]?.checkedAt).toBe(history.results[1]?.checkedAt);
  });

  it('is leased by what its last probe found, and by how long ago that was', async () => {
    const { world, fresh } = await openSkipped();
    const manager = new ProxyManager(world);
    const acquire = (filters: object) =>
      manager.acquireProxy({ poolName: 'fleet', consumerName: 'shop', filters });
    for (let n = 0; n < 31; n++) expect(await acquire({ maxLatencyMs: 60 })).not.toBeNull();
    expect(await acquire({ maxLatencyMs: 60 })).toBeNull();
    const late = new ProxyManager((await openSkipped()).world);
    const wish = { poolName: 'fleet', consumerName: 'shop' };
    const newest = { ...wish, filters: { verifiedWithinSeconds: 120 } };
    expect((await late.acquireProxy(newest))?.proxy.id).toBe(fresh.id);
    expect(await late.acquireProxy(newest)).toBeNull();
  });

  it('keeps its streak, status and row: rise and fall count probes alone', async () => {
    const { world } = await openSkipped({ riseFall: { rise: 1, fall: 3 } });
    const id = (await world.rows()).at(-1)?.proxy.id ?? '';
    await world.pass(49);
    const streakOf = async () => (await world.storage.proxies.get('fleet', id))?.streak;
    world.down.add(id);
    // The sweep at 60 begins a streak; until it ends, edge sweeps probe the proxy.
    await world.pass(1);
    expect(await streakOf()).toEqual({ verdict: 'inactive', count: 1 });
    await world.pass(5);
    expect(await streakOf()).toEqual({ verdict: 'inactive', count: 2 });
    await world.pass(5);
    expect(await world.storage.proxies.get('fleet', id)).toMatchObject({ status: 'inactive' });
  });

  it('is known under another k: what was last found moves along', async () => {
    const { world, fresh } = await openSkipped();
    world.takeProbed();
    const more = makeProxies(700).slice(50);
    await world.storage.proxies.insert('fleet', more);
    await world.storage.pools.noteEdge(
      'fleet',
      'newSince',
      new Date(world.clock.now()).toISOString(),
    );
    await world.pass(1);
    const [last] = await world.sweeps(1);
    expect(last).toMatchObject({ edge: true, bitCount: 2, totals: { active: 651 } });
    // The one before is probed once more: its first verdict was a change.
    expect(world.takeProbed()).toEqual([...more, fresh].map(({ id }) => id).sort());
    const { results } = await readSweepResults(world, last?.sweepId ?? '', { limit: 1000 });
    const known = results.filter(({ skipped }) => skipped);
    expect(known).toHaveLength(40);
    for (const { proxyId, checkedAt } of known) {
      expect(Date.parse(checkedAt)).toBe(world.probes.get(proxyId)?.at(-1));
    }
    expect(known.filter(({ status }) => status === 'inactive')).toHaveLength(10);
  });
});

describe('a sweep with back-off', () => {
  /** Long down, in a pool that is swept every five minutes. */
  async function openDead(pool: Partial<Pool> = {}) {
    const world = new AdaptiveWorld();
    const proxyIds = await world.open(20, { intervalSeconds: 300, ...pool });
    for (const id of proxyIds.slice(0, 10)) world.down.add(id);
    await world.age(20);
    await world.pass(30);
    world.takeProbed();
    return { world, dead: proxyIds.slice(0, 10), proxyIds };
  }

  it('probes a leased proxy every time, however long it has been down', async () => {
    const { world, dead } = await openDead();
    const [id = ''] = dead;
    const now = world.clock.now();
    await world.storage.leases.acquire({
      poolName: 'fleet',
      proxyId: id,
      token: 'a-lease',
      lease: { consumer: 'shop', acquiredAt: now, expiresAt: now + 30 * MINUTE_MS },
      statuses: ['inactive'],
      maxConcurrency: 1,
      ended: { tokens: [], endedBy: 0 },
    });
    await world.pass(60);
    const probes = (world.probes.get(id) ?? []).filter((at) => at >= now);
    expect(probes.map((at) => (at - now) / MINUTE_MS)).toEqual([0, 5, 10, 15, 20, 25]);
  });

  it('probes every proxy when it was started by hand', async () => {
    const { world, proxyIds } = await openDead();
    const { sweepId } = await world.sweep();
    expect(world.takeProbed()).toEqual(proxyIds);
    expect(await readSweepReport(world, sweepId)).toMatchObject({
      edge: false,
      totals: { active: 10, inactive: 10, skipped: 0 },
    });
  });

  it('probes every proxy once back-off is turned off', async () => {
    const { world, proxyIds } = await openDead();
    await changePolicy(world.storage, { backOff: null });
    await world.pass(5);
    expect(world.takeProbed()).toEqual(proxyIds);
  });

  it('does not count a probe that said nothing: the proxy is due until one does', async () => {
    const { world, dead } = await openDead();
    await world.pass(6 * 60);
    world.takeProbed();
    world.checker.control = () => ({ ok: false, latencyMs: 3, failure: 'timeout' });
    await world.pass(60);
    const during = world.takeProbed().filter((id) => dead.includes(id));
    world.checker.control = () => ({ ok: true, latencyMs: 3, statusCode: 200 });
    await world.pass(5);
    const after = world.takeProbed().filter((id) => dead.includes(id));
    // Those whose turn came while the target was down were inconclusive, and are probed first.
    expect(during.length).toBeGreaterThan(0);
    expect(new Set(after)).toEqual(new Set([...during, ...after]));
    expect((await world.rows()).filter(({ status }) => status === 'inactive')).toHaveLength(10);
  });

  it('decides once: a message delivered again probes nothing, whatever has changed since', async () => {
    const { world, dead, proxyIds } = await openDead();
    await world.tick();
    const [message] = world.queue;
    if (!message) throw new Error('expected a batch');
    const [downId = ''] = dead;
    world.down.add(proxyIds[19] ?? '');
    const untap = world.storage.tap('proxies.writeStatus', () =>
      Promise.reject(new Error('crashed')),
    );
    await world.deliver();
    untap();
    const probed = world.takeProbed();
    const stored = await world.storage.results.get('fleet', '*', message.sweepId);
    expect(stored?.results.get(downId)).toMatchObject({ skipped: true });
    // By now it would be due, and its result still says that it was skipped.
    await world.storage.leases.recordUse('fleet', downId, {
      outcome: 'failed',
      at: world.clock.now(),
    });
    const otherId = dead[1] ?? '';
    const unknown = { poolName: 'fleet', proxyId: otherId, status: 'unknown' } as const;
    await setProxyStatus(world, unknown);
    world.clock.advance(5 * MINUTE_MS);
    world.queue.push(message, message);
    await world.deliver();
    expect(world.takeProbed()).toEqual([]);
    expect(probed).not.toContain(downId);
    expect(await world.storage.results.get('fleet', '*', message.sweepId)).toEqual(stored);
    await auditSweep(world.storage, message.sweepId, { proxyIds });
    expect(stored?.results.get(otherId)).toMatchObject({ status: 'inactive', skipped: true });
    expect((await world.storage.proxies.get('fleet', otherId))?.status).toBe('unknown');
    const changed = await world.storage.proxies.get('fleet', proxyIds[19] ?? '');
    expect(changed).toMatchObject({ status: 'inactive', statusSweepId: message.sweepId });
  });

  it('loses nothing by a crash right after any one of its writes', async () => {
    for (let n = 1, crashed = true; crashed; n++) {
      const { world, proxyIds } = await openDead();
      world.start = async () => {
        await world.tick();
        return world.current((await world.storage.pools.get('fleet'))?.lastSweepId ?? '');
      };
      world.down.add(proxyIds[19] ?? '');
      crashed = await sweepWithCrash(world, n);
      const sweepId = (await world.storage.pools.get('fleet'))?.lastSweepId ?? '';
      await auditSweep(world.storage, sweepId, { proxyIds });
      const { totals } = await readSweepReport(world, sweepId);
      expect(totals).toMatchObject({ proxies: 20, active: 9 });
      expect(totals.skipped).toBeGreaterThan(0);
    }
  });

  it('has the limit of its pool, which may be changed at any time', async () => {
    const { world, dead } = await openDead();
    await changePolicy(world.storage, { backOff: { ...BACK_OFF, maxIntervalSeconds: 900 } });
    await world.pass(20);
    expect(new Set(world.takeProbed().filter((id) => dead.includes(id)))).toEqual(new Set(dead));
  });
});
