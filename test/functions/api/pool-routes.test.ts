import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MIXED_LIST, startApi, startApiWithPool } from '../support/api.ts';

describe('a pool', () => {
  it('is made with the defaults, then changed', async () => {
    const api = startApi();
    const made = await api.put('/pools/fleet', {});
    expect(made).toMatchObject({
      status: 201,
      headers: { location: '/pools/fleet' },
      json: { pool: 'fleet', rise: 1, fall: 1, intervalSeconds: null, control: true },
    });
    expect(made.json).toMatchObject({ alarmBelowAvailability: null, maxInFlightPerHost: null });
    expect(made.json.options).toMatchObject({ timeoutMs: 5000, attempts: 1 });
    const policy = { rise: 3, intervalSeconds: 120, alarmBelowAvailability: 0.9 };
    const changed = await api.put('/pools/fleet', policy);
    expect(changed).toMatchObject({ status: 200, json: policy });
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

  it('stores a header of any name that HTTP allows, or refuses it with 400', async () => {
    const names = Object.getOwnPropertyNames(Object.prototype);
    for (const name of [...names, "!#$%&'*+-.^_`|~", 'x~1y', 'prototype', '0']) {
      const api = startApi();
      const body = `{"options":{"headers":{"${name}":"s3cret"}}}`;
      const reply = await api.call({ method: 'PUT', target: '/pools/fleet', body });
      const stored = await api.storage.pools.get('fleet');
      if (name === '__proto__') expect([reply.status, stored]).toEqual([400, null]);
      else expect([reply.status, stored?.options.headers]).toEqual([201, { [name]: 's3cret' }]);
      expect(reply.text).not.toContain('s3cret');
    }
  });

  it('points at a hidden header value whatever the name of the header', async () => {
    const api = startApi();
    const reply = await api.put('/pools/fleet', { options: { headers: { 'a~b': '***' } } });
    expect(reply.json.errors).toMatchObject([{ pointer: '/options/headers/a~0b' }]);
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
    const api = await startApiWithPool();
    const { status, json } = await api.post('/pools/fleet/proxies', MIXED_LIST, {
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

  it('reads the columns it is told, keeps labels and names what it does not keep', async () => {
    const api = await startApiWithPool();
    const columns = 'columns=host,port,-,username,password';
    const named = await api.post(`/pools/fleet/proxies?${columns}`, '1.2.3.4,80,Dhaka,u,canary');
    expect(named.json).toMatchObject({ accepted: 1, rejected: 0, ignoredColumns: ['column 3'] });
    const csv = 'ip,port,provider,api_key\n1.2.3.5,80,Example,canary\nsocks5h://1.2.3.6,,,\n';
    const labelled = await api.post('/pools/fleet/proxies', csv);
    expect(labelled.json).toMatchObject({ accepted: 2, ignoredColumns: ['api_key'] });
    const views = await api.get('/pools/fleet/proxies');
    const shown = views.json.proxies.map(({ proxy, labels }: Record<string, unknown>) => [
      proxy,
      labels,
    ]);
    expect(shown).toHaveLength(3);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['http://u:***@1.2.3.4:80', {}],
        ['http://1.2.3.5:80', { provider: 'Example' }],
        ['socks5h://1.2.3.6:1080', {}],
      ]),
    );
    expect(JSON.stringify([named.json, labelled.json, views.json])).not.toContain('canary');
  });

  it.each(['host,prot', 'port,username', '', 'host,host'])(
    'refuses the columns %j with a pointer and what would be right',
    async (columns) => {
      const api = await startApiWithPool();
      const reply = await api.post(`/pools/fleet/proxies?columns=${columns}`, MIXED_LIST);
      expect(reply.status).toBe(400);
      expect(reply.json.errors[0].pointer).toBe('/query/columns');
      expect(reply.json.errors[0].detail).toMatch(/host/);
    },
  );

  it('repeated changes nothing', async () => {
    const api = await startApiWithPool();
    await api.post('/pools/fleet/proxies', MIXED_LIST);
    const { json } = await api.post('/pools/fleet/proxies', MIXED_LIST);
    expect(json).toMatchObject({ accepted: 3, added: 0, existing: 3 });
  });

  it.each([
    ['', 1],
    ['?maxConcurrency=1', 1],
    ['?maxConcurrency=100', 100],
    ['?maxConcurrency=unlimited', null],
  ])('with the query "%s" lets %j consumers hold each new proxy', async (query, expected) => {
    const api = await startApiWithPool();
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
    const api = await startApiWithPool();
    const reply = await api.post(`/pools/fleet/proxies?maxConcurrency=${limit}`, MIXED_LIST);
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
    const api = await startApiWithPool();
    const { json } = await api.post('/pools/fleet/proxies?lines=true', MIXED_LIST);
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
    const api = await startApiWithPool();
    const headers = contentType ? { 'content-type': contentType } : {};
    const { status, json } = await api.post('/pools/fleet/proxies', body, headers);
    expect({ status, ...json }).toMatchObject({ status: 200, accepted: 2, added: 2, rejected: 0 });
  });

  it('shows no password, in its answer, the log or the views', async () => {
    const api = await startApiWithPool();
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
