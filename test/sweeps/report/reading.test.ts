import { describe, expect, it } from 'vitest';
import { NotFoundError } from '../../../src/errors.ts';
import type { ResultRecord } from '../../../src/model/result-record.ts';
import { readProxyHistory } from '../../../src/pools/proxy-history.ts';
import { readProxyView, readProxyViews } from '../../../src/pools/proxy-views.ts';
import { readSweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { readSweepResults, streamSweepResults } from '../../../src/sweeps/report/sweep-results.ts';
import {
  makePool,
  makeProxies,
  makeProxy,
  makeProxyWithSecrets,
  makeSweepId,
} from '../../support/factories.ts';
import type { Finding } from '../../support/fakes/fake-checker.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const DOWN: Finding = {
  status: 'inactive',
  failure: 'auth_rejected',
  failedPhase: 'handshake',
  latencyMs: 7.04,
  statusCode: 407,
  attempts: 2,
  timings: { connect: 3.04, handshake: 4 },
};

async function collect(records: AsyncIterable<ResultRecord>): Promise<ResultRecord[]> {
  const all: ResultRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

describe('readSweepReport', () => {
  it('shows progress from the ledger while the sweep runs', async () => {
    const world = new SweepWorld();
    await world.fill(600);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    await world.check(world.queue.splice(0, 1));
    const report = await readSweepReport(world, sweepId);
    const { batches, totals } = report;
    expect(report).toMatchObject({ state: 'running', closedAt: null, poolName: 'fleet' });
    expect(batches).toEqual({ total: 4, recorded: 1, late: 0, missing: [] });
    const result = await world.storage.results.get('fleet', '00', sweepId);
    expect(totals.proxies).toBe(result?.results.size);
  });

  it('estimates percentiles of healthy latencies', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(100);
    world.checker.finding = ({ id }) => {
      const index = proxyIds.indexOf(id);
      return index < 10 ? DOWN : { latencyMs: index < 95 ? 100 : 5000 };
    };
    const { latencyMs } = await readSweepReport(world, (await world.sweep()).sweepId);
    expect(latencyMs.p50).toBeGreaterThan(56);
    expect(latencyMs.p50).toBeLessThanOrEqual(100);
    expect(latencyMs.p99).toBeGreaterThan(3200);
    expect(latencyMs.p99).toBeLessThanOrEqual(5600);
  });

  it('refuses a sweep that does not exist', async () => {
    const report = readSweepReport(new SweepWorld(), makeSweepId(1));
    await expect(report).rejects.toThrow(NotFoundError);
  });
});

describe('streamSweepResults', () => {
  it('yields a record for every proxy in id order, without passwords', async () => {
    const world = new SweepWorld();
    await world.storage.pools.create(makePool());
    const secret = makeProxyWithSecrets(1000);
    await world.storage.proxies.insert('fleet', [...makeProxies(2), secret]);
    world.checker.finding = ({ id }) => (id === secret.id ? DOWN : {});
    const { sweepId } = await world.sweep();
    const records = await collect(streamSweepResults(world, sweepId));
    expect(records.map(({ proxyId }) => proxyId)).toEqual(
      [...makeProxies(2), secret].map(({ id }) => id).sort(),
    );
    expect(records.find(({ proxyId }) => proxyId === secret.id)).toEqual({
      proxy: `http://user:***@${secret.host}:8080`,
      proxyId: secret.id,
      protocol: 'http',
      status: 'inactive',
      latencyMs: 7,
      statusCode: 407,
      attempts: 2,
      failure: 'auth_rejected',
      blame: 'credentials',
      failedPhase: 'handshake',
      timings: { connect: 3, handshake: 4 },
      checkedAt: new Date(TEST_TIME).toISOString(),
      errorMessage: expect.stringContaining('does not accept'),
      proxySays: null,
      labels: { provider: 'Example, Inc.' },
    });
    expect(records.find(({ proxyId }) => proxyId === makeProxy(0).id)).toMatchObject({
      status: 'active',
      statusCode: 200,
      attempts: 1,
      failure: null,
      blame: null,
      timings: null,
      errorMessage: null,
    });
    expect(JSON.stringify(records)).not.toContain('p@ss');
  });

  it('filters by verdict, and continues after a cursor', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(700);
    const down = new Set(proxyIds.filter((_, index) => index % 3 === 0));
    world.checker.finding = ({ id }) => (down.has(id) ? DOWN : {});
    const { sweepId } = await world.sweep();
    const paged: string[] = [];
    let next: string | undefined;
    do {
      const query = { status: 'inactive', limit: 50, ...(next && { cursor: next }) } as const;
      const page = await readSweepResults(world, sweepId, query);
      expect(page.results.length).toBeLessThanOrEqual(50);
      paged.push(...page.results.map(({ proxyId }) => proxyId));
      next = page.next;
    } while (next);
    expect(paged).toEqual([...down]);
    const exact = await readSweepResults(world, sweepId, { status: 'inactive', limit: down.size });
    expect(exact).not.toHaveProperty('next');
  });

  it('has no URL for a proxy that was deleted since', async () => {
    const world = new SweepWorld();
    await world.fill(1);
    const { sweepId } = await world.sweep();
    await world.storage.proxies.delete('fleet', makeProxy(0).id);
    const [record] = await collect(streamSweepResults(world, sweepId));
    expect(record).toMatchObject({ proxy: null, proxyId: makeProxy(0).id, status: 'active' });
  });

  it('blames the target, not the proxy, when the control probe failed', async () => {
    const world = new SweepWorld();
    await world.fill(1);
    world.checker.finding = () => DOWN;
    world.checker.control = () => ({ ok: false, latencyMs: 1, failure: 'refused' });
    const { sweepId } = await world.sweep();
    const [record] = await collect(streamSweepResults(world, sweepId));
    expect(record).toMatchObject({ status: 'inconclusive', blame: 'target' });
    expect(record?.errorMessage).toContain('target did not answer');
  });
});

describe('readProxyViews', () => {
  it('joins every row with the newest result, page by page', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(700);
    await world.sweep();
    world.clock.advance(60_000);
    world.checker.finding = () => ({ latencyMs: 99 });
    const { sweepId } = await world.sweep();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await readProxyViews(world, 'fleet', { limit: 90, ...(cursor && { cursor }) });
      for (const view of page.proxies) {
        expect(view).toMatchObject({ status: 'active', lastSweepId: sweepId });
        expect(view.lastResult?.latencyMs).toBe(99);
      }
      seen.push(...page.proxies.map(({ proxyId }) => proxyId));
      cursor = page.next;
    } while (cursor);
    expect(seen).toEqual(proxyIds);
  });

  it('shows a proxy that no sweep has probed yet', async () => {
    const world = new SweepWorld();
    await world.fill(1);
    const { proxies } = await readProxyViews(world, 'fleet', { limit: 9 });
    expect(proxies).toEqual([
      expect.objectContaining({ status: 'unknown', lastResult: null, lastSweepId: null }),
    ]);
  });

  it('filters by status and country', async () => {
    const world = new SweepWorld();
    await world.fill(50);
    const swedes = [100, 101, 102].map((index) => makeProxy(index, { tags: { country: 'SE' } }));
    await world.storage.proxies.insert('fleet', swedes);
    world.checker.finding = ({ id }) => (id === swedes[0]?.id ? DOWN : {});
    await world.sweep();
    const idsOf = async (query: { status?: 'active' | 'inactive'; country?: string }) =>
      (await readProxyViews(world, 'fleet', { limit: 100, ...query })).proxies.map(
        ({ proxyId }) => proxyId,
      );
    expect(await idsOf({ country: 'se' })).toEqual(swedes.map(({ id }) => id).sort());
    expect(await idsOf({ status: 'inactive' })).toEqual([swedes[0]?.id]);
    expect(await idsOf({ status: 'active', country: 'SE' })).toHaveLength(2);
    expect(await idsOf({ status: 'active' })).toHaveLength(52);
  });

  it('finds one proxy, or returns null', async () => {
    const world = new SweepWorld();
    await world.fill(2);
    const view = await readProxyView(world, 'fleet', makeProxy(1).id);
    expect(view?.proxy).toBe('http://10.0.0.1:8080');
    expect(await readProxyView(world, 'fleet', makeProxy(5).id)).toBeNull();
    await expect(readProxyView(world, 'nobody', 'x')).rejects.toThrow(NotFoundError);
  });
});

describe('readProxyHistory', () => {
  it('reads over every k the pool has had, newest first', async () => {
    const world = new SweepWorld();
    await world.fill(100);
    const sweepIds: string[] = [];
    const bitCounts: number[] = [];
    for (const size of [100, 400, 1000]) {
      await world.storage.proxies.insert('fleet', makeProxies(size));
      world.clock.advance(60_000);
      world.checker.finding = () => ({ latencyMs: size });
      const sweep = await world.sweep();
      sweepIds.push(sweep.sweepId);
      bitCounts.push(sweep.bitCount);
    }
    expect(bitCounts).toEqual([0, 1, 2]);
    const read = (query: { limit: number; before?: string }) =>
      readProxyHistory(world, 'fleet', makeProxy(0).id, query);
    const { results: history, next } = await read({ limit: 9 });
    expect(next).toBeUndefined();
    expect(history.map(({ sweepId }) => sweepId)).toEqual(sweepIds.toReversed());
    expect(history.map(({ latencyMs }) => latencyMs)).toEqual([1000, 400, 100]);
    expect(await read({ limit: 2 })).toEqual({ results: history.slice(0, 2), next: sweepIds[1] });
    const rest = await read({ limit: 9, before: sweepIds[2] ?? '' });
    expect(rest).toEqual({ results: history.slice(1) });
    const view = await readProxyView(world, 'fleet', makeProxy(0).id);
    expect(view?.lastSweepId).toBe(sweepIds[2]);
  });

  it('refuses a proxy the pool does not have', async () => {
    const world = new SweepWorld();
    await world.fill(1);
    const history = readProxyHistory(world, 'fleet', makeProxy(9).id, { limit: 1 });
    await expect(history).rejects.toThrow(NotFoundError);
  });
});
