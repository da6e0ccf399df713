import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { startApi, startApiWithPool } from '../support/api.ts';
import type { HttpRequest } from '../support/lambda-events.ts';

const LIST = '8.8.8.8:8080';
const SOME_ID = '019b0001-0000-7000-8000-000000000000';

describe('a request that cannot be answered', () => {
  it.each<[string, HttpRequest, number, RegExp]>([
    ['an unknown route', request('GET', '/nowhere'), 404, /no GET route has this path/],
    ['the root', request('GET', '/'), 404, /no GET route has this path/],
    ['an unknown method', request('DELETE', '/sweeps'), 405, /answers POST, not DELETE/],
    ['an unknown pool', request('GET', '/pools/none'), 404, /there is no pool "none"/],
    ['a malformed pool name', request('GET', '/pools/No%20Pool'), 400, /pool name/],
    ['a broken percent-encoding', request('GET', '/pools/%zz'), 400, /percent-encoding/],
    ['a malformed cursor', request('GET', '/pools?cursor=No%20Pool'), 400, /cannot be used/],
    ['a malformed sweep id', request('GET', '/sweeps/latest'), 404, /there is no sweep "latest"/],
    ['an unknown sweep', request('GET', `/sweeps/${SOME_ID}`), 404, /no sweep/],
    [
      'an unknown query field of a sweep',
      request('GET', `/sweeps/${SOME_ID}?verbose=1`),
      400,
      /the query cannot be used.*verbose/,
    ],
    ['results of an unknown sweep', request('GET', `/sweeps/${SOME_ID}/results`), 404, /no sweep/],
    ['an import into no pool', request('POST', '/pools/none/proxies', LIST), 404, /no pool "none"/],
    ['no body', request('PUT', '/pools/fleet', ''), 400, /body is empty/],
    ['malformed JSON', request('PUT', '/pools/fleet', '{"rise": 1'), 400, /not valid JSON/],
    [
      'bytes that are not UTF-8',
      request('PUT', '/pools/fleet', Buffer.from([0x22, 0xff, 0x22])),
      400,
      /UTF-8/,
    ],
    ['deep JSON', request('PUT', '/pools/fleet', '['.repeat(100_000)), 400, /deeper than 32/],
    [
      'a __proto__ key',
      request('PUT', '/pools/fleet', '{"__proto__":{"rise":2}}'),
      400,
      /a key named __proto__/,
    ],
    [
      'a __proto__ key in disguise',
      request('PUT', '/pools/fleet', '{"\\u005f_proto__":{"rise":2}}'),
      400,
      /a key named __proto__/,
    ],
    [
      'a body too large',
      request('PUT', '/pools/fleet', ' '.repeat(5 * 1024 * 1024 + 1)),
      413,
      /at most 5242880/,
    ],
    [
      'a body too large that is not text',
      request('PUT', '/pools/fleet', Buffer.alloc(4.5 * 1024 * 1024, ' ')),
      413,
      /at most 4613734 fit one request when they are not text, which travels as base64/,
    ],
    [
      'a media type that cannot be a list',
      {
        ...request('POST', '/pools/fleet/proxies', LIST),
        headers: { 'content-type': 'image/png' },
      },
      415,
      /image\/png/,
    ],
    [
      'a media type that every object has',
      {
        ...request('POST', '/pools/fleet/proxies', LIST),
        headers: { 'content-type': 'constructor' },
      },
      415,
      /"constructor"/,
    ],
    ['a __proto__ query', request('GET', '/pools?__proto__=x'), 400, /\/query\/__proto__ is not/],
    ['neither pool nor list', request('POST', '/sweeps', '{}'), 400, /cannot be used/],
    [
      'a list that is not one',
      request('POST', '/sweeps', '{"proxies":"x"}'),
      400,
      /cannot be used/,
    ],
  ])('%s gets a problem document', async (_, sent, status, detail) => {
    const api = startApi();
    const created = api.storage.record('pools.create');
    const reply = await api.call(sent);
    expect(reply.json).toMatchObject({ status, detail: expect.stringMatching(detail) });
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json.type).toMatch(/^urn:lighthouse:problem:[a-z_]+$/);
    expect(reply.json.title).not.toBe('');
    expect(created).toEqual([]);
    expect(api.telemetry.metrics.recorded).not.toHaveProperty('ServerErrors');
  });

  it('names the methods of a path in `allow`', async () => {
    const { headers } = await startApi().call(request('POST', '/pools/fleet'));
    expect(headers.allow).toBe('GET, PUT, DELETE');
  });

  it('gets a pointer to each field that is wrong', async () => {
    const { status, json } = await startApi().put('/pools/fleet', {
      rise: 0,
      intervalSeconds: 61,
      colour: 'red',
    });
    expect(status).toBe(400);
    const pointers = json.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/rise', '/intervalSeconds']));
    expect(json.errors[0].detail).not.toBe('Invalid input');
  });

  it('gets a pointer to each part of the query that is wrong', async () => {
    const { json } = await startApi().get(
      `/sweeps/${SOME_ID}/results?limit=0&colour=red&status=up`,
    );
    expect(json.errors).toEqual([
      { pointer: '/query/limit', detail: 'must be a whole number from 1 to 5000' },
      { pointer: '/query/status', detail: expect.stringContaining('"active"') },
      {
        pointer: '/query/colour',
        detail: 'is not a field; the fields are cursor, limit, status, format',
      },
    ]);
  });

  it('gets a problem document when its body is marked as base64 but is not', async () => {
    const api = startApi();
    const reply = await api.call({ ...request('POST', '/sweeps', '{}'), base64: true });
    expect(reply).toMatchObject({ status: 400, json: { detail: /base64/ } });
  });
});

describe('a list that cannot be imported', () => {
  it.each<[string, string | Buffer, RegExp]>([
    ['is empty', '', /no valid proxy \(0 entries read/],
    ['has bad lines only', 'nonsense\n1.2.3.4:99999\n', /2 entries read, 2 rejected/],
    ['has private addresses only', '10.0.0.1:8080', /1 rejected/],
    ['is damaged gzip', gzipSync(LIST).subarray(0, 20), /compressed/],
    ['is a gzip bomb', gzipSync(Buffer.alloc(100_000_000, '#')), /expands/],
  ])('%s: 400, and nothing is stored', async (_, body, detail) => {
    const api = await startApiWithPool();
    const reply = await api.post('/pools/fleet/proxies', body);
    expect(reply.json).toMatchObject({ status: 400, detail: expect.stringMatching(detail) });
    expect(await proxyCount(api)).toBe(0);
  });

  it('is JSON cut short: 400, and nothing is stored', async () => {
    const api = await startApiWithPool();
    const reply = await api.post('/pools/fleet/proxies', '["8.8.8.8:80","9.9.9.9:80"', {
      'content-type': 'application/json',
    });
    expect(reply.json).toMatchObject({ status: 400, detail: 'the body is not valid JSON' });
    expect(await proxyCount(api)).toBe(0);
  });

  it('has more entries than one request may bring: 413, and nothing is stored', async () => {
    const api = await startApiWithPool();
    const list = Array.from({ length: 10_001 }, (_, n) => `8.8.8.8:${10_000 + n}`).join('\n');
    const reply = await api.post('/pools/fleet/proxies', list);
    expect(reply.json).toMatchObject({ status: 413, detail: expect.stringContaining('in parts') });
    expect(await proxyCount(api)).toBe(0);
  });
});

describe('an inline list that cannot be swept', () => {
  it('is too long: 413 that names imports, and no pool is made', async () => {
    const api = startApi();
    const created = api.storage.record('pools.create');
    const proxies = Array.from({ length: 10_001 }, (_, n) => `8.8.8.8:${10_000 + n}`);
    const reply = await api.post('/sweeps', JSON.stringify({ proxies }));
    expect(reply.json).toMatchObject({ status: 413, detail: expect.stringContaining('import') });
    expect(created).toEqual([]);
  });

  it.each([
    [{ proxies: [] }, '/proxies'],
    [{ proxies: [7] }, '/proxies/0'],
    [{ proxies: [LIST], option: {} }, '/option'],
    [{ proxies: [LIST], options: { timeoutMs: 1 } }, '/options/timeoutMs'],
    [{ proxies: [LIST], options: { timeout: 1000 } }, '/options/timeout'],
    [{ proxies: ['nonsense'] }, ''],
    [{ pool: 'fleet', proxies: [LIST] }, '/pool'],
    [{ pool: 'Fleet' }, '/pool'],
  ])('%j: 400 that points at %s, and no pool is made', async (body, pointer) => {
    const api = startApi();
    const created = api.storage.record('pools.create');
    const reply = await api.post('/sweeps', JSON.stringify(body));
    expect(reply.json).toMatchObject({ status: 400 });
    expect(reply.json.errors.map((issue: { pointer: string }) => issue.pointer)).toContain(pointer);
    expect(created).toEqual([]);
  });
});

it('an unforeseen error is a 500 without details, and is logged', async () => {
  const api = startApi();
  api.storage.tap('pools.get', () => Promise.reject(new Error('secret detail')));
  const reply = await api.get('/pools/fleet');
  expect(reply).toMatchObject({
    status: 500,
    json: { type: 'urn:lighthouse:problem:internal_error' },
  });
  expect(reply.text).not.toContain('secret detail');
  expect(api.telemetry.logger.lines.join('')).toContain('secret detail');
  expect(api.telemetry.metrics.recorded).toMatchObject({ ServerErrors: 1 });
});

function request(method: string, target: string, body?: string | Buffer): HttpRequest {
  return { method, target, ...(body !== undefined && { body }) };
}

async function proxyCount({ storage }: ReturnType<typeof startApi>): Promise<number> {
  return (await storage.proxies.queryIds('fleet', 10)).length;
}
