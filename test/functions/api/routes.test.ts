import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { BatchCounts } from '../../../src/model/sweep.ts';
import { makeBatchResult, makeCounts, makeStoredResult } from '../../support/factories.ts';
import { startApi } from '../support/api.ts';

const LIST = [
  'http://user:s3cret@8.8.8.8:8080',
  '# a comment',
  '9.9.9.9:3128',
  '9.9.9.9:3128',
  'nonsense',
  'socks5://1.1.1.1:1080',
].join('\n');

describe('a pool', () => {
  it('is made with the defaults, then changed', async () => {
    const api = startApi();
    const made = await api.put('/pools/fleet', {});
    expect(made).toMatchObject({
      status: 201,
      headers: { location: '/pools/fleet' },
      json: { pool: 'fleet', rise: 1, fall: 1, intervalSeconds: null, control: true },
    });
    expect(made.json.options).toMatchObject({ timeoutMs: 5000, attempts: 1 });
    const changed = await api.put('/pools/fleet', { rise: 3, intervalSeconds: 120 });
    expect(changed).toMatchObject({ status: 200, json: { rise: 3, intervalSeconds: 120 } });
    expect((await api.get('/pools/fleet')).json).toMatchObject({ rise: 3, lastSweep: null });
  });

  it('keeps its salt when it is changed', async () => {
    const api = startApi();
    await api.put('/pools/fleet', {});
    const before = await api.storage.pools.get('fleet');
    await api.put('/pools/fleet', { rise: 2 });
    expect((await api.storage.pools.get('fleet'))?.salt).toBe(before?.salt);
  });

  it('shows neither its salt nor the values of its headers', async () => {
    const api = startApi();
    const headers = { authorization: 'Bearer s3cret' };
    const options = { headers, proxyHeaders: { 'x-key': 's3cret' } };
    const made = await api.put('/pools/fleet', { options });
    const shown = await api.get('/pools/fleet');
    const pool = await api.storage.pools.get('fleet');
    expect(pool?.options.headers).toEqual(headers);
    for (const reply of [made, shown]) {
      expect(reply.json.options.headers).toEqual({ authorization: '***' });
      expect(reply.text).not.toContain('s3cret');
      expect(reply.text).not.toContain(pool?.salt);
    }
  });

  it('is refused when it is sent back with its header values hidden', async () => {
    const api = startApi();
    await api.put('/pools/fleet', { options: { headers: { 'x-key': 's3cret' } } });
    const { json } = await api.get('/pools/fleet');
    const reply = await api.put('/pools/fleet', { options: json.options });
    expect(reply).toMatchObject({
      status: 400,
      json: { errors: [{ pointer: '/options/headers/x-key' }] },
    });
    expect((await api.storage.pools.get('fleet'))?.options.headers).toEqual({ 'x-key': 's3cret' });
  });

  it('is listed by name, page by page', async () => {
    const api = startApi();
    for (const name of ['b', 'c', 'a']) await api.put(`/pools/${name}`, {});
    const first = await api.get('/pools?limit=2');
    expect(first.json).toMatchObject({ pools: [{ pool: 'a' }, { pool: 'b' }], next: 'b' });
    const rest = await api.get('/pools?limit=2&cursor=b');
    expect(rest.json.pools).toMatchObject([{ pool: 'c' }]);
    expect(rest.json).not.toHaveProperty('next');
  });

  it('refuses options that a batch could not be checked with in time', async () => {
    const api = startApi();
    const reply = await api.put('/pools/fleet', { options: { timeoutMs: 30_000 } });
    expect(reply).toMatchObject({
      status: 400,
      json: { errors: [{ pointer: '/options/timeoutMs' }] },
    });
    expect(reply.json.detail).toMatch(/the largest timeoutMs that fits is \d+/);
  });
});

describe('an import', () => {
  it('accounts for every line', async () => {
    const api = await withPool();
    const { status, json } = await api.post('/pools/fleet/proxies', LIST, {
      'content-type': 'text/plain',
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      read: 6,
      accepted: 3,
      duplicate: 1,
      skipped: 1,
      rejected: 1,
      added: 3,
      existing: 0,
      rejections: [{ line: 5 }],
    });
    expect(json).not.toHaveProperty('lines');
  });

  it('repeated changes nothing', async () => {
    const api = await withPool();
    await api.post('/pools/fleet/proxies', LIST);
    const { json } = await api.post('/pools/fleet/proxies', LIST);
    expect(json).toMatchObject({ accepted: 3, added: 0, existing: 3 });
  });

  it.each([
    ['', 1],
    ['?maxConcurrency=1', 1],
    ['?maxConcurrency=100', 100],
    ['?maxConcurrency=unlimited', null],
  ])('with the query "%s" lets %j consumers hold each new proxy', async (query, expected) => {
    const api = await withPool();
    await api.post('/pools/fleet/proxies', '8.8.8.8:80');
    await api.post(`/pools/fleet/proxies${query}`, '8.8.8.8:80\n8.8.4.4:80');
    const { proxies } = (await api.get('/pools/fleet/proxies')).json;
    const limits = proxies.map((view: { proxy: string; maxConcurrency: number | null }) => [
      view.proxy,
      view.maxConcurrency,
    ]);
    expect(Object.fromEntries(limits)).toEqual({
      'http://8.8.8.8:80': 1,
      'http://8.8.4.4:80': expected,
    });
  });

  it.each(['0', '101', '1.5', 'none', ''])('refuses maxConcurrency=%s', async (limit) => {
    const api = await withPool();
    const reply = await api.post(`/pools/fleet/proxies?maxConcurrency=${limit}`, LIST);
    expect(reply.json).toMatchObject({
      status: 400,
      errors: [
        {
          pointer: '/query/maxConcurrency',
          detail: 'must be a whole number, 1 to 100, or unlimited',
        },
      ],
    });
    expect((await api.get('/pools/fleet/proxies')).json.proxies).toEqual([]);
  });

  it('tells which line became which proxy when asked to', async () => {
    const api = await withPool();
    const { json } = await api.post('/pools/fleet/proxies?lines=true', LIST);
    expect(json.lines.map(({ line }: { line: number }) => line)).toEqual([1, 3, 6]);
    const ids = json.lines.map(({ proxyId }: { proxyId: string }) => proxyId).sort();
    expect(await api.storage.proxies.queryIds('fleet', 10)).toEqual(ids);
  });

  it.each<[string, string | Buffer, string | undefined]>([
    ['text', '8.8.8.8:80\n9.9.9.9:80', undefined],
    ['CSV', 'ip,port\n8.8.8.8,80\n9.9.9.9,80\n', 'text/csv; charset=utf-8'],
    ['JSON', '["8.8.8.8:80",{"host":"9.9.9.9","port":80}]', 'application/json'],
    [
      'NDJSON',
      '{"host":"8.8.8.8","port":80}\n{"host":"9.9.9.9","port":80}\n',
      'application/x-ndjson',
    ],
    [
      'JSON that curl calls a form',
      '["8.8.8.8:80","9.9.9.9:80"]',
      'application/x-www-form-urlencoded',
    ],
    ['gzipped text', gzipSync('8.8.8.8:80\n9.9.9.9:80'), 'application/gzip'],
    ['gzipped JSON', gzipSync('["8.8.8.8:80","9.9.9.9:80"]'), 'application/json'],
  ])('reads %s', async (_, body, contentType) => {
    const api = await withPool();
    const headers = contentType ? { 'content-type': contentType } : {};
    const { status, json } = await api.post('/pools/fleet/proxies', body, headers);
    expect({ status, ...json }).toMatchObject({ status: 200, accepted: 2, added: 2, rejected: 0 });
  });

  it('shows no password, in its answer, the log or the views', async () => {
    const api = await withPool();
    const list = 'http://user:s3cret@8.8.8.8:8080\nuser:s3cret@999.1.1.1:80\n';
    const imported = await api.post('/pools/fleet/proxies', list);
    const views = await api.get('/pools/fleet/proxies');
    expect(views.json.proxies).toMatchObject([
      { proxy: 'http://user:***@8.8.8.8:8080', status: 'unknown', lastResult: null },
    ]);
    const seen = [imported.text, views.text, ...api.telemetry.logger.lines].join('');
    expect(seen).not.toContain('s3cret');
  });
});

describe('a sweep of a pool', () => {
  it('starts, is dispatched and can be followed', async () => {
    const api = await withPool();
    await api.post('/pools/fleet/proxies', LIST);
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
    const api = await withPool();
    await api.post('/pools/fleet/proxies', LIST);
    const first = await api.post('/sweeps', '{"pool":"fleet"}');
    const second = await api.post('/sweeps', '{"pool":"fleet"}');
    expect(second.status).toBe(409);
    expect(second.json.detail).toContain(first.json.sweepId);
    expect(api.dispatched).toHaveLength(1);
  });

  it('repeated with its idempotency key is the same sweep', async () => {
    const api = await withPool();
    await api.post('/pools/fleet/proxies', LIST);
    const headers = { 'idempotency-key': 'once' };
    const first = await api.post('/sweeps', '{"pool":"fleet"}', headers);
    const second = await api.post('/sweeps', '{"pool":"fleet"}', headers);
    expect(second).toMatchObject({ status: 202, json: { sweepId: first.json.sweepId } });
  });

  it('of an empty pool is complete at once and never dispatched', async () => {
    const api = await withPool();
    const { json } = await api.post('/sweeps', '{"pool":"fleet"}');
    expect(json.state).toBe('complete');
    expect(api.dispatched).toEqual([]);
  });

  it('has started even when its dispatch cannot be requested', async () => {
    const api = await withPool();
    await api.post('/pools/fleet/proxies', LIST);
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

async function withPool() {
  const api = startApi();
  await api.put('/pools/fleet', {});
  return api;
}

/** A sweep of three proxies, as a checker would have left it. */
async function withResults(counts: Partial<BatchCounts> = {}) {
  const api = await withPool();
  await api.post('/pools/fleet/proxies', LIST);
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
