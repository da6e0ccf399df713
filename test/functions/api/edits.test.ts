import { describe, expect, it } from 'vitest';
import { startApi } from '../support/api.ts';

const LIST = ['8.8.8.8:8080', '8.8.4.4:8080'].join('\n');
const NO_PROXY = '0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11';

/** The api with a pool of two proxies. */
async function startWithPool() {
  const api = startApi();
  await api.put('/pools/fleet', { intervalSeconds: 60 });
  await api.post('/pools/fleet/proxies', LIST);
  const { proxies } = (await api.get('/pools/fleet/proxies')).json;
  const path = `/pools/fleet/proxies/${proxies[0].proxyId}`;
  const patch = (target: string, body: string) => api.call({ method: 'PATCH', target, body });
  const remove = (target: string) => api.call({ method: 'DELETE', target });
  return { ...api, path, patch, remove };
}

describe('PATCH /pools/{pool}/proxies/{id}', () => {
  it('bans a proxy and lets it in again', async () => {
    const { path, patch, get, clock } = await startWithPool();
    const banned = await patch(path, '{"status":"banned"}');
    expect(banned.status).toBe(200);
    expect(banned.json).toMatchObject({ status: 'banned', previousStatus: 'unknown' });
    expect((await get('/pools/fleet/proxies?status=banned')).json.proxies).toEqual([banned.json]);
    clock.advance(1_000);
    expect((await patch(path, '{"status":"banned"}')).json).toEqual(banned.json);
    const unbanned = await patch(path, '{"status":"unknown"}');
    expect(unbanned.json).toMatchObject({ status: 'unknown', previousStatus: 'banned' });
    expect(unbanned.json.statusSince).not.toBe(banned.json.statusSince);
    expect((await get(path)).json).toEqual(unbanned.json);
  });

  it('says how many consumers may hold a proxy, alone or with its status', async () => {
    const { path, patch, get } = await startWithPool();
    expect((await get(path)).json).toMatchObject({ maxConcurrency: 1 });
    const wider = await patch(path, '{"maxConcurrency":7}');
    expect(wider.json).toMatchObject({ maxConcurrency: 7, status: 'unknown' });
    const both = await patch(path, '{"maxConcurrency":null,"status":"banned"}');
    expect(both.json).toMatchObject({ maxConcurrency: null, status: 'banned' });
    expect((await get(path)).json).toEqual(both.json);
  });

  it.each([
    ['', 400, undefined],
    ['[]', 400, ''],
    ['{}', 400, ''],
    ['{"status":"active"}', 400, '/status'],
    ['{"status":["banned"]}', 400, '/status'],
    ['{"status":null}', 400, '/status'],
    ['{"maxConcurrency":0}', 400, '/maxConcurrency'],
    ['{"maxConcurrency":101}', 400, '/maxConcurrency'],
    ['{"maxConcurrency":1.5}', 400, '/maxConcurrency'],
    ['{"maxConcurrency":"unlimited"}', 400, '/maxConcurrency'],
    ['{"status":"banned","maxConcurrency":0}', 400, '/maxConcurrency'],
    ['{"status":"banned","reason":"slow"}', 400, '/reason'],
    ['{"status":"banned","__proto__":{}}', 400, undefined],
    ['['.repeat(10_000), 400, undefined],
  ])('refuses the body %.40s', async (body, status, pointer) => {
    const { path, patch, get } = await startWithPool();
    const before = (await get(path)).json;
    const reply = await patch(path, body);
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json.errors?.[0]?.pointer).toBe(pointer);
    expect((await get(path)).json).toEqual(before);
  });
});

describe('DELETE /pools/{pool}/proxies/{id}', () => {
  it('takes one proxy out of its pool; an import brings it back unprobed', async () => {
    const { path, remove, get, post, patch } = await startWithPool();
    await patch(path, '{"status":"banned"}');
    const { status, text } = await remove(path);
    expect([status, text]).toEqual([204, '']);
    expect((await get(path)).status).toBe(404);
    expect((await get('/pools/fleet/proxies')).json.proxies).toHaveLength(1);
    expect((await remove(path)).status).toBe(404);
    expect((await post('/pools/fleet/proxies', LIST)).json).toMatchObject({ added: 1 });
    expect((await get(path)).json).toMatchObject({ status: 'unknown', previousStatus: null });
  });
});

describe.each(['PATCH', 'DELETE'])('%s of a proxy', (method) => {
  it.each([
    ['/pools/none/proxies/ID', 404, /there is no pool "none"/],
    ['/pools/No%20Pool/proxies/ID', 400, /pool name/],
    [`/pools/fleet/proxies/${NO_PROXY}`, 404, /pool "fleet" has no proxy 0c9f2c9e/],
    ['/pools/fleet/proxies/first', 404, /there is no proxy "first"/],
    ['/pools/fleet/proxies/ID?force=true', 400, /query cannot be used/],
  ])('refuses %s', async (target, status, detail) => {
    const { path, call, get } = await startWithPool();
    const reply = await call({
      method,
      target: target.replace('ID', path.split('/').at(-1) ?? ''),
      body: '{"status":"banned"}',
    });
    expect(reply.json).toMatchObject({ status, detail: expect.stringMatching(detail) });
    expect(reply.status).toBe(status);
    const { proxies } = (await get('/pools/fleet/proxies')).json;
    expect(proxies).toMatchObject([{ status: 'unknown' }, { status: 'unknown' }]);
  });
});

describe('DELETE /pools/{pool}', () => {
  it('is accepted, shows in the pool, and may be asked for again', async () => {
    const { remove, get, clock } = await startWithPool();
    expect((await get('/pools/fleet')).json).toMatchObject({ deletingSince: null });
    expect((await get('/pools/fleet')).json).not.toHaveProperty('deletionProgress');
    const reply = await remove('/pools/fleet');
    const deletingSince = new Date(clock.now()).toISOString();
    expect(reply.status).toBe(202);
    expect(reply.json).toMatchObject({ pool: 'fleet', deletingSince });
    expect(reply.json).not.toHaveProperty('salt');
    clock.advance(1_000);
    expect((await remove('/pools/fleet')).json).toEqual(reply.json);
    expect((await get('/pools')).json.pools).toMatchObject([{ pool: 'fleet', deletingSince }]);
    const { deletionProgress } = (await get('/pools/fleet')).json;
    expect(deletionProgress).toBeGreaterThanOrEqual(0);
    expect(deletionProgress).toBeLessThan(1);
  });

  it('ends the sweep that runs', async () => {
    const { post, remove, get } = await startWithPool();
    const { sweepId } = (await post('/sweeps', '{"pool":"fleet"}')).json;
    expect((await remove('/pools/fleet')).json).toMatchObject({ runningSweepId: null });
    expect((await get(`/sweeps/${sweepId}`)).json).toMatchObject({
      state: 'incomplete',
      batches: { missing: ['*'] },
    });
  });

  it('makes every other request on the pool fail, saying why', async () => {
    const { path, call, remove, storage } = await startWithPool();
    await remove('/pools/fleet');
    const refused = [
      ['PUT', '/pools/fleet', '{}'],
      ['POST', '/pools/fleet/proxies', '9.9.9.9:8080'],
      ['POST', '/sweeps', '{"pool":"fleet"}'],
      ['GET', '/pools/fleet/proxies'],
      ['GET', path],
      ['GET', `${path}/results`],
      ['PATCH', path, '{"status":"banned"}'],
      ['DELETE', path],
    ] as const;
    for (const [method, target, body] of refused) {
      const reply = await call({ method, target, ...(body !== undefined && { body }) });
      expect(reply.status, `${method} ${target}`).toBe(409);
      expect(reply.json.detail).toMatch(/^pool "fleet" is being deleted \(since 2026-/);
    }
    expect(await storage.proxies.queryIds('fleet', 9)).toHaveLength(2);
  });

  it.each([
    ['/pools/none', 404],
    ['/pools/No%20Pool', 400],
    ['/pools/fleet?force=true', 400],
  ])('refuses %s', async (target, status) => {
    const { remove, get } = await startWithPool();
    expect((await remove(target)).json).toMatchObject({ status });
    expect((await get('/pools/fleet')).json).toMatchObject({ deletingSince: null });
  });
});
