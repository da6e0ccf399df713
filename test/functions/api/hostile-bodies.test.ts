import { describe, expect, it } from 'vitest';
import { ROUTE_KEYS, splitRouteKey } from '../../../functions/api/route-keys.ts';
import { gzipBlanks } from '../../support/gzip-blanks.ts';
import { startLeaseApi } from '../support/lease-api.ts';

/** Ignores its body. */
const WITHOUT_BODY = 'POST /redrive';
/** Uses its defaults when there is no body. */
const BODY_OPTIONAL = 'PATCH /pools/{pool}/leases/{leaseId}';
const TEN_MEGABYTES = 10 * 1024 * 1024;

const HOSTILE: readonly (readonly [string, string])[] = [
  ['a __proto__ key', '{"__proto__":{"consumer":"shop","status":"banned","pool":"fleet"}}'],
  ['a hidden __proto__ key', '{"\\u005f_proto__":{"consumer":"shop"},"pool":"fleet"}'],
  ['a deep __proto__ key', '{"consumer":"shop","filters":{"__proto__":{"country":"SE"}}}'],
  ['a constructor key', '{"constructor":{"prototype":{"consumer":"shop"}}}'],
  ['10,000 levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ['10,000 levels in a field', `{"filters":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`],
  ['a number', '7'],
  ['a text', '"shop"'],
  ['null', 'null'],
  ['an array of null', '[null]'],
  ['an object for each text', '{"consumer":{},"status":{},"pool":{},"leaseSeconds":{}}'],
  ['an array for each text', '{"consumer":[],"status":[],"pool":[],"leaseSeconds":[]}'],
  ['cut short', '{"consumer":"shop"'],
  ['nothing', ''],
];

/** A route's path with values in place of its parameters. */
function fill(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? name);
}

async function startWithLease() {
  const api = await startLeaseApi();
  const { leaseId } = (await api.acquire()).json;
  const values = { pool: 'fleet', id: api.ids[0] ?? '', leaseId };
  const seen = async () => [
    (await api.get('/pools')).text,
    (await api.get('/pools/fleet/proxies')).text,
  ];
  return { ...api, values, seen, before: await seen() };
}

const withBody = ROUTE_KEYS.filter((key) => /^(POST|PUT|PATCH) /.test(key) && key !== WITHOUT_BODY);

describe.each(withBody)('FAULTS 45: %s', (routeKey) => {
  const hostile = HOSTILE.filter(([, body]) => body !== '' || routeKey !== BODY_OPTIONAL);
  it.each(hostile)('refuses %s with a problem document, and stores nothing', async (_, body) => {
    const api = await startWithLease();
    const { method, path } = splitRouteKey(routeKey);
    const headers = { 'content-type': 'application/json' };
    const reply = await api.call({ method, target: fill(path, api.values), body, headers });
    expect(reply.status).toBe(400);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(await api.seen()).toEqual(api.before);
    expect(api.telemetry.metrics.recorded).not.toHaveProperty('ServerErrors');
    expect(api.dispatched).toEqual([]);
  });
});

describe.each(ROUTE_KEYS)('FAULTS 45: %s', (routeKey) => {
  const { method, path } = splitRouteKey(routeKey);

  it('refuses a body of 10 MB', async () => {
    const api = await startWithLease();
    const target = fill(path, api.values);
    const reply = await api.call({ method, target, body: ' '.repeat(TEN_MEGABYTES) });
    expect(reply.json).toMatchObject({ status: 413, type: 'urn:lighthouse:problem:too_large' });
    expect(await api.seen()).toEqual(api.before);
  });
});

const NAMES = ['__proto__', 'constructor', '%00', '%F0%9F%94%91', 'x'.repeat(5_000)];

describe.each(ROUTE_KEYS.filter((key) => key.includes('{')))('FAULTS 45: %s', (routeKey) => {
  const { method, path } = splitRouteKey(routeKey);

  it.each(NAMES.map((name) => [name.slice(0, 20), name]))('finds no %s', async (_, name) => {
    const api = await startWithLease();
    const target = fill(path, { pool: name, id: name, leaseId: name });
    const body = '{"consumer":"shop","pool":"fleet"}';
    const reply = await api.call({ method, target, ...(method !== 'GET' && { body }) });
    expect([400, 404]).toContain(reply.status);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(await api.seen()).toEqual(api.before);
    expect(api.telemetry.metrics.recorded).not.toHaveProperty('ServerErrors');
  });
});

describe('300 KB of gzipped blanks', () => {
  it.each([
    ['spaces', ' ', '\t', 'application/gzip', 400],
    ['blank lines', '\n', ' ', 'application/gzip', 413],
    ['spaces, as JSON', ' ', '\t', 'application/json', 400],
    ['blank lines, as NDJSON', '\n', ' ', 'application/x-ndjson', 413],
    ['spaces, as CSV', ' ', '\r', 'text/csv', 400],
  ])(
    '(%s) are answered within a second, and store nothing',
    async (_, most, some, type, status) => {
      const api = await startLeaseApi();
      const body = gzipBlanks(24 << 20, most, some);
      expect(body.length).toBeGreaterThan(300_000);
      const before = process.cpuUsage();
      const reply = await api.post('/pools/fleet/proxies', body, { 'content-type': type });
      const { user, system } = process.cpuUsage(before);
      expect(reply.json).toMatchObject({ status, type: expect.stringMatching(/^urn:lighthouse/) });
      expect((user + system) / 1e6).toBeLessThan(1);
      expect(await api.storage.proxies.queryIds('fleet', 9)).toEqual(api.ids);
    },
  );
});
