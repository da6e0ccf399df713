import { describe, expect, it } from 'vitest';
import type { BatchCounts } from '../../../src/model/sweep.ts';
import { makeBatchResult, makeCounts, makeStoredResult } from '../../support/factories.ts';
import { MIXED_LIST, startApi, startApiWithPool } from '../support/api.ts';

describe('a sweep of a pool', () => {
  it('starts, is dispatched and can be followed', async () => {
    const api = await startApiWithPool();
    await api.post('/pools/fleet/proxies', MIXED_LIST);
    const reply = await api.post('/sweeps', '{"pool":"fleet"}');
    const { sweepId } = reply.json;
    expect(reply).toMatchObject({
      status: 202,
      headers: { location: `/sweeps/${sweepId}` },
      json: { pool: 'fleet', batches: 1, state: 'running' },
    });
    expect(api.dispatched).toEqual([sweepId]);
    expect((await api.get(`/sweeps/${sweepId}`)).json).toMatchObject({
      state: 'running',
      batches: { total: 1, recorded: 0 },
    });
  });

  it('already running: 409 that names it', async () => {
    const api = await startApiWithPool();
    await api.post('/pools/fleet/proxies', MIXED_LIST);
    const first = await api.post('/sweeps', '{"pool":"fleet"}');
    const second = await api.post('/sweeps', '{"pool":"fleet"}');
    expect(second.status).toBe(409);
    expect(second.json.detail).toContain(first.json.sweepId);
    expect(api.dispatched).toHaveLength(1);
  });

  it('repeated with its idempotency key is the same sweep', async () => {
    const api = await startApiWithPool();
    await api.post('/pools/fleet/proxies', MIXED_LIST);
    const headers = { 'idempotency-key': 'once' };
    const first = await api.post('/sweeps', '{"pool":"fleet"}', headers);
    const second = await api.post('/sweeps', '{"pool":"fleet"}', headers);
    expect(second).toMatchObject({ status: 202, json: { sweepId: first.json.sweepId } });
  });

  it('of an empty pool is complete at once and never dispatched', async () => {
    const api = await startApiWithPool();
    const { json } = await api.post('/sweeps', '{"pool":"fleet"}');
    expect(json.state).toBe('complete');
    expect(api.dispatched).toEqual([]);
  });

  it('has started even when its dispatch cannot be requested', async () => {
    const api = await startApiWithPool();
    await api.post('/pools/fleet/proxies', MIXED_LIST);
    api.faults.dispatch = true;
    expect((await api.post('/sweeps', '{"pool":"fleet"}')).status).toBe(202);
    expect(api.telemetry.logger.lines.join('')).toContain('dispatch left to the tick');
  });
});

describe('a sweep of an inline list', () => {
  it('makes a pool that expires in a day and sweeps it', async () => {
    const api = startApi();
    const proxies = ['8.8.8.8:80', { host: '9.9.9.9', port: 80 }, 'nonsense'];
    const { status, json } = await api.post(
      '/sweeps',
      JSON.stringify({ proxies, options: { timeoutMs: 700 } }),
    );
    expect(status).toBe(202);
    expect(json).toMatchObject({
      batches: 1,
      state: 'running',
      list: { accepted: 2, rejected: 1 },
    });
    const pool = await api.storage.pools.get(json.pool);
    expect(pool?.options.timeoutMs).toBe(700);
    expect(pool?.expiresAtEpochSeconds).toBe(api.clock.now() / 1000 + 86_400);
    api.clock.advance(86_400_000);
    expect((await api.get(`/pools/${json.pool}`)).status).toBe(404);
  });

  it('gives its proxies the ids an import into the pool would', async () => {
    const api = startApi();
    const { json } = await api.post('/sweeps', '{"proxies":["8.8.8.8:80"]}');
    const again = await api.post(`/pools/${json.pool}/proxies`, '8.8.8.8:80');
    expect(again.json).toMatchObject({ added: 0, existing: 1 });
  });
});

describe('an inline list with an idempotency key', () => {
  const key = { 'idempotency-key': 'inline-1' };
  const LIST = '{"proxies":["8.8.8.8:80","9.9.9.9:80"],"options":{"timeoutMs":700}}';

  it('is one sweep of one pool, in turn and at once', async () => {
    const api = startApi();
    const replies = await Promise.all(
      [LIST, LIST, LIST].map((body) => api.post('/sweeps', body, key)),
    );
    replies.push(await api.post('/sweeps', LIST, key));
    const answers = replies.map(({ json }) => `${json.sweepId} ${json.pool}`);
    expect(new Set(answers).size).toBe(1);
    expect(replies.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(await api.storage.proxies.queryIds(replies[0]?.json.pool, 9)).toHaveLength(2);
  });

  it('is another sweep under another key, and without one', async () => {
    const api = startApi();
    const ids = [
      await api.post('/sweeps', LIST, key),
      await api.post('/sweeps', LIST, { 'idempotency-key': 'inline-2' }),
      await api.post('/sweeps', LIST),
      await api.post('/sweeps', LIST),
    ].map(({ json }) => json.sweepId);
    expect(new Set(ids).size).toBe(4);
  });

  it.each([
    '{"proxies":["8.8.8.8:80"],"options":{"timeoutMs":700}}',
    '{"proxies":["8.8.8.8:80","9.9.9.9:80"],"options":{"timeoutMs":701}}',
    '{"proxies":["8.8.8.8:80","9.9.9.9:80"]}',
  ])('that came with another list or other options is a 409: %s', async (body) => {
    const api = startApi();
    const first = await api.post('/sweeps', LIST, key);
    const created = api.storage.record('pools.create', 'proxies.insert');
    const reply = await api.post('/sweeps', body, key);
    expect(reply).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('another list or other options') },
    });
    expect(created).toEqual([]);
    expect((await api.post('/sweeps', LIST, key)).json.sweepId).toBe(first.json.sweepId);
  });

  it('that is refused costs the key nothing', async () => {
    const api = startApi();
    expect((await api.post('/sweeps', '{"proxies":["nonsense"]}', key)).status).toBe(400);
    expect((await api.post('/sweeps', LIST, key)).status).toBe(202);
  });

  it('goes on where a crash ended the first request', async () => {
    const api = startApi();
    const untap = api.storage.tap('proxies.insert', () => Promise.reject(new Error('killed')));
    expect((await api.post('/sweeps', LIST, key)).status).toBe(500);
    untap();
    const { json } = await api.post('/sweeps', LIST, key);
    expect(json).toMatchObject({ state: 'running', list: { added: 2 } });
    expect((await api.post('/sweeps', LIST, key)).json.sweepId).toBe(json.sweepId);
  });

  it('means nothing else for a pool with the same key', async () => {
    const api = await startApiWithPool();
    await api.post('/pools/fleet/proxies', MIXED_LIST);
    const inline = await api.post('/sweeps', LIST, key);
    const pool = await api.post('/sweeps', '{"pool":"fleet"}', key);
    expect(pool.json).toMatchObject({ pool: 'fleet' });
    expect(pool.json.sweepId).not.toBe(inline.json.sweepId);
  });
});

describe('the results of a sweep', () => {
  it('come in pages, in every format', async () => {
    const { api, sweepId, ids } = await withResults();
    const first = await api.get(`/sweeps/${sweepId}/results?limit=2`);
    expect(first.json.results.map(idOf)).toEqual(ids.slice(0, 2));
    const rest = await api.get(`/sweeps/${sweepId}/results?limit=2&cursor=${first.json.next}`);
    expect(rest.json.results.map(idOf)).toEqual(ids.slice(2));
    expect(rest.json).not.toHaveProperty('next');

    const ndjson = await api.get(`/sweeps/${sweepId}/results?limit=2&format=ndjson`);
    expect(ndjson.headers['content-type']).toBe('application/x-ndjson');
    const lines = ndjson.text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(first.json.results);
    expect(ndjson.headers.link).toBe(
      `</sweeps/${sweepId}/results?limit=2&format=ndjson&cursor=${ids[1]}>; rel="next"`,
    );

    const csv = await api.get(`/sweeps/${sweepId}/results?format=csv`);
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.headers).not.toHaveProperty('link');
    const [heading, ...rows] = csv.text.trimEnd().split('\n');
    expect(heading).toMatch(/^proxy,proxyId,protocol,status,latencyMs,/);
    expect(rows).toHaveLength(3);
  });

  it('may be those of one verdict', async () => {
    const { api, sweepId } = await withResults();
    const { json } = await api.get(`/sweeps/${sweepId}/results?status=inactive`);
    expect(json.results).toMatchObject([
      { status: 'inactive', failure: 'refused', blame: 'proxy' },
    ]);
  });

  it('are the last result and the history of each proxy', async () => {
    const { api, sweepId, ids } = await withResults();
    const view = await api.get(`/pools/fleet/proxies/${ids[0]}`);
    expect(view.json).toMatchObject({ proxyId: ids[0], lastSweepId: sweepId });
    expect(view.json.lastResult).toMatchObject({ status: 'active', latencyMs: 42.5 });
    const history = await api.get(`/pools/fleet/proxies/${ids[0]}/results?limit=5`);
    expect(history.json.results).toMatchObject([{ sweepId, status: 'active' }]);
  });

  it('are summed with the pool', async () => {
    const { api, sweepId } = await withResults();
    expect((await api.get('/pools/fleet')).json.lastSweep).toMatchObject({
      sweepId,
      totals: { proxies: 3, active: 2, inactive: 1 },
      availability: 2 / 3,
    });
  });

  it('tell how much of the pool was leased then', async () => {
    const leasing = { total: 3, active: 2, available: 1, leased: 1, totalLeases: 1 };
    const { api, sweepId } = await withResults({ leasing });
    const { startedAt } = (await api.get(`/sweeps/${sweepId}`)).json;
    expect((await api.get('/pools/fleet')).json.statistics).toEqual({
      ...leasing,
      asOf: startedAt,
    });
    await api.put('/pools/new', {});
    expect((await api.get('/pools/new')).json.statistics).toBeNull();
  });

  it('of a proxy that is not there: 404', async () => {
    const { api } = await withResults();
    const missing = '00000000-0000-8000-8000-000000000000';
    for (const target of [missing, 'x', `${missing}/results`]) {
      expect((await api.get(`/pools/fleet/proxies/${target}`)).status).toBe(404);
    }
  });
});

function idOf({ proxyId }: { readonly proxyId: string }): string {
  return proxyId;
}

/** A sweep of three proxies, as a checker would have left it. */
async function withResults(counts: Partial<BatchCounts> = {}) {
  const api = await startApiWithPool();
  await api.post('/pools/fleet/proxies', MIXED_LIST);
  const { sweepId } = (await api.post('/sweeps', '{"pool":"fleet"}')).json;
  const ids = await api.storage.proxies.queryIds('fleet', 10);
  const dead = makeStoredResult({ status: 'inactive', failure: 'refused' });
  const results = new Map(ids.map((id, n) => [id, n === 2 ? dead : makeStoredResult()]));
  await api.storage.results.put(makeBatchResult({ sweepId, results }));
  const sweep = await api.storage.sweeps.get(sweepId);
  if (!sweep) throw new Error('the sweep has not started');
  await api.storage.sweeps.recordBatch(
    sweep,
    '*',
    makeCounts({ active: 2, inactive: 1, ...counts }),
  );
  return { api, sweepId, ids };
}
