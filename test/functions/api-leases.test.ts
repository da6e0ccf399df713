import { describe, expect, test } from 'vitest';
import { CANARY, startLeaseApi } from './support/lease-api.ts';

const CLOCK_SKEW_MS = 5_000;
const URL_WITH_PASSWORD = `http://ann:${CANARY}@8.8.8.8:8080`;
const UNKNOWN_ID = '0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11.AAAAAAAAAAAAAAAAAAAAAA';

describe('POST /pools/{pool}/leases', () => {
  test('leases a proxy and tells its URL, password included', async () => {
    const { acquire, ids, clock, view, telemetry } = await startLeaseApi();
    const { status, headers, json } = await acquire({ leaseSeconds: 60 });
    const acquiredAt = new Date(clock.now()).toISOString();
    const expiresAt = new Date(clock.now() + 60_000).toISOString();
    expect(json).toEqual({
      leaseId: expect.stringContaining(`${ids[0]}.`),
      proxy: URL_WITH_PASSWORD,
      pool: 'fleet',
      consumer: 'shop',
      proxyId: ids[0],
      protocol: 'http',
      acquiredAt,
      expiresAt,
      leaseSeconds: 60,
    });
    expect(status).toBe(201);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      location: `/pools/fleet/leases/${json.leaseId}`,
    });
    expect((await view()).leases).toEqual([{ consumer: 'shop', acquiredAt, expiresAt }]);
    expect(telemetry.metrics.recorded).toMatchObject({ LeasesAcquired: 1 });
  });

  test('has defaults for everything but the consumer', async () => {
    const { acquire, clock } = await startLeaseApi();
    expect((await acquire()).json).toMatchObject({
      leaseSeconds: 300,
      expiresAt: new Date(clock.now() + 300_000).toISOString(),
    });
  });

  test('gives an exclusive proxy to one consumer until the lease is surely over', async () => {
    const { acquire, clock, view } = await startLeaseApi();
    expect((await acquire({ leaseSeconds: 10 })).status).toBe(201);
    clock.advance(9_999);
    expect((await view()).leases).toHaveLength(1);
    clock.advance(1);
    expect((await view()).leases).toEqual([]);
    clock.advance(CLOCK_SKEW_MS - 1);
    expect((await acquire()).status).toBe(409);
    clock.advance(1);
    expect((await acquire()).status).toBe(201);
  });

  test('tells what was asked for and what to try when no proxy is available', async () => {
    const { acquire, telemetry } = await startLeaseApi();
    const reply = await acquire({
      filters: { country: 'SE' },
      allowSlow: true,
      notBlockedOn: 'Shop.Example',
    });
    expect(reply.status).toBe(409);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json).toEqual({
      type: 'urn:lighthouse:problem:no_proxy_available',
      title: 'Conflict',
      status: 409,
      detail:
        'pool "fleet" has no free proxy that is active or slow and fits {"country":"SE"} and ' +
        'is not blocked on shop.example; ask for less in filters, take ones never probed too ' +
        '(allowUnknown), sweep the pool, or wait until a lease ends',
    });
    expect(telemetry.metrics.recorded).toMatchObject({ LeasesUnavailable: 1 });
    expect(telemetry.metrics.recorded).not.toHaveProperty('ServerErrors');
  });

  test('takes the proxy that filters and selector name', async () => {
    const tagged = [
      { host: '8.8.8.8', port: 80, protocol: 'socks5', country: 'SE' },
      { host: '8.8.4.4', port: 80, country: 'DE' },
    ].map((entry) => JSON.stringify(entry));
    const { acquire } = await startLeaseApi(tagged);
    const filters = { country: 'se', protocol: 'socks5' };
    const reply = await acquire({ filters, selector: 'leastUsed' });
    expect(reply.json).toMatchObject({ proxy: 'socks5://8.8.8.8:80', protocol: 'socks5' });
  });

  test('names a SOCKS4 proxy that resolves names itself as curl does', async () => {
    const { acquire } = await startLeaseApi(['socks4a://8.8.8.8:1080']);
    expect((await acquire()).json).toMatchObject({
      proxy: 'socks4a://8.8.8.8:1080',
      protocol: 'socks4',
    });
  });

  test.each([
    [{ consumer: '' }, '/consumer'],
    [{ consumer: undefined }, '/consumer'],
    [{ consumer: 'a\nb' }, '/consumer'],
    [{ leaseSeconds: 0 }, '/leaseSeconds'],
    [{ leaseSeconds: '60' }, '/leaseSeconds'],
    [{ leaseSeconds: 86_401 }, '/leaseSeconds'],
    [{ filters: { country: 'Sweden' } }, '/filters/country'],
    [{ filters: { latitude: 1 } }, '/filters/radiusKm'],
    [{ filters: { colour: 'red' } }, '/filters/colour'],
    [{ filters: [] }, '/filters'],
    [{ selector: 'cheapest' }, '/selector'],
    [{ allowSlow: 1 }, '/allowSlow'],
    [{ allowUnknown: 'yes' }, '/allowUnknown'],
    [{ notBlockedOn: 'https://shop.example/' }, '/notBlockedOn'],
    [{ poolName: 'other' }, '/poolName'],
  ])('refuses %j with a pointer to %s', async (body, pointer) => {
    const { acquire, view } = await startLeaseApi();
    const reply = await acquire(body);
    expect(reply.json).toMatchObject({ status: 400, errors: [{ pointer }] });
    expect(reply.json.errors[0].detail).not.toBe('Invalid input');
    expect((await view()).leases).toEqual([]);
  });
});

describe('POST /pools/{pool}/leases with an idempotency-key', () => {
  const LISTED = ['8.8.8.8:80', '8.8.4.4:80'];
  const KEY = { 'idempotency-key': 'job 7' };

  test('answers a repetition as it answered the first request', async () => {
    const { acquire, clock, storage, ids } = await startLeaseApi(LISTED);
    const first = await acquire({ leaseSeconds: 60, filters: { protocol: 'http' } }, KEY);
    clock.advance(59_999);
    const again = await acquire({ filters: { protocol: 'http' }, leaseSeconds: 60 }, KEY);
    expect(again).toEqual(first);
    expect(again.status).toBe(201);
    const rows = await Promise.all(ids.map((id) => storage.getProxyRow('fleet', id)));
    expect(rows.map((row) => row?.leaseCount).sort()).toEqual([0, 1]);
  });

  test('gives requests at once one lease', async () => {
    const { acquire, get } = await startLeaseApi([1, 2, 3, 4].map((n) => `8.8.8.8:808${n}`));
    const replies = await Promise.all([1, 2, 3, 4].map(() => acquire({}, KEY)));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(replies.map(({ json }) => json.leaseId)).size).toBe(1);
    const { proxies } = (await get('/pools/fleet/proxies')).json;
    expect(proxies.flatMap(({ leases }: { leases: unknown[] }) => leases)).toHaveLength(1);
  });

  test('refuses another request, and one whose lease is over', async () => {
    const { acquire, release } = await startLeaseApi(LISTED);
    const { leaseId } = (await acquire({}, KEY)).json;
    const conflict = { status: 409, type: 'urn:lighthouse:problem:conflict' };
    expect((await acquire({ leaseSeconds: 61 }, KEY)).json).toMatchObject({
      ...conflict,
      detail: expect.stringMatching(/another request was made/),
    });
    await release(leaseId);
    expect((await acquire({}, KEY)).json).toMatchObject({
      ...conflict,
      detail: expect.stringMatching(/is over/),
    });
  });

  test('keeps consumers, and requests that found nothing, apart', async () => {
    const { acquire, release } = await startLeaseApi(['8.8.8.8:80']);
    const mine = (await acquire({}, KEY)).json;
    expect((await acquire({ consumer: 'other' }, KEY)).json).toMatchObject({
      type: 'urn:lighthouse:problem:no_proxy_available',
    });
    await release(mine.leaseId);
    expect((await acquire({ consumer: 'other' }, KEY)).status).toBe(201);
  });

  test.each(['', 'x'.repeat(129), 'a\u0000b'])('refuses the key %.20j', async (key) => {
    const { acquire, view } = await startLeaseApi();
    expect((await acquire({}, { 'idempotency-key': key })).json).toMatchObject({
      status: 400,
      errors: [{ pointer: '/headers/idempotency-key' }],
    });
    expect((await view()).leases).toEqual([]);
  });
});

describe('PATCH /pools/{pool}/leases/{leaseId}', () => {
  test('has a lease end later, and tells no URL', async () => {
    const { acquire, renew, clock } = await startLeaseApi();
    const lease = (await acquire({ leaseSeconds: 60 })).json;
    clock.advance(59_999);
    const reply = await renew(lease.leaseId, { leaseSeconds: 120 });
    const { proxy: _none, ...rest } = lease;
    const expiresAt = new Date(clock.now() + 120_000).toISOString();
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(reply.json).toEqual({ ...rest, expiresAt, leaseSeconds: 120 });
    expect(reply.text).not.toContain(CANARY);
  });

  test('never has a lease end sooner', async () => {
    const { acquire, renew } = await startLeaseApi();
    const lease = (await acquire({ leaseSeconds: 600 })).json;
    expect((await renew(lease.leaseId)).json.expiresAt).toBe(lease.expiresAt);
  });

  test('gives the lease of an unlimited proxy another id', async () => {
    const { acquire, renew, clock, view } = await startLeaseApi(
      ['8.8.8.8:80'],
      '?maxConcurrency=unlimited',
    );
    const lease = (await acquire({ leaseSeconds: 60 })).json;
    clock.advance(30_000);
    const renewed = await renew(lease.leaseId, { leaseSeconds: 60 });
    expect(renewed.status).toBe(200);
    expect(renewed.json.leaseId).not.toBe(lease.leaseId);
    clock.advance(45_000);
    expect((await renew(renewed.json.leaseId)).status).toBe(200);
    expect((await renew(lease.leaseId)).json).toMatchObject({ status: 409 });
    expect(await view()).toMatchObject({ maxConcurrency: null, leases: [] });
  });

  test('refuses to renew what is over, was released, or whose proxy was banned', async () => {
    const { acquire, renew, release, patch, clock } = await startLeaseApi();
    const expired = (await acquire({ leaseSeconds: 10 })).json.leaseId;
    clock.advance(10_000);
    const ended = { status: 409, type: 'urn:lighthouse:problem:lease_ended' };
    expect((await renew(expired)).json).toMatchObject(ended);
    clock.advance(CLOCK_SKEW_MS);
    const released = (await acquire()).json.leaseId;
    await release(released);
    expect((await renew(released)).json).toMatchObject(ended);
    const banned = (await acquire()).json.leaseId;
    await patch({ status: 'banned' });
    expect((await renew(banned)).json).toMatchObject(ended);
  });

  test.each([
    [{ leaseSeconds: 0 }, '/leaseSeconds'],
    [{ seconds: 60 }, '/seconds'],
    [[], ''],
  ])('refuses %j with a pointer to %j', async (body, pointer) => {
    const { acquire, call } = await startLeaseApi();
    const { leaseId } = (await acquire()).json;
    const target = `/pools/fleet/leases/${leaseId}`;
    const reply = await call({ method: 'PATCH', target, body: JSON.stringify(body) });
    expect(reply.json).toMatchObject({ status: 400, errors: [{ pointer }] });
  });
});

describe('DELETE /pools/{pool}/leases/{leaseId}', () => {
  test('frees the proxy at once', async () => {
    const { acquire, release, view, telemetry } = await startLeaseApi();
    const { leaseId } = (await acquire()).json;
    const { status, text } = await release(leaseId);
    expect([status, text]).toEqual([204, '']);
    expect(await view()).toMatchObject({ leases: [], leaseCount: 1, uses: { ok: 0, failed: 0 } });
    expect((await acquire()).status).toBe(201);
    expect(telemetry.metrics.recorded).toMatchObject({ LeasesReleased: 1 });
  });

  test.each(['ok', 'slow', 'blocked', 'failed'])('notes the outcome %s', async (outcome) => {
    const { acquire, release, view } = await startLeaseApi();
    const { leaseId } = (await acquire()).json;
    expect((await release(leaseId, `?outcome=${outcome}`)).status).toBe(204);
    const none = { ok: 0, slow: 0, blocked: 0, failed: 0 };
    expect((await view()).uses).toEqual({ ...none, [outcome]: 1 });
  });

  test('notes which target blocks the proxy, for as long as the pool says', async () => {
    const { acquire, release, view, clock } = await startLeaseApi();
    const { leaseId } = (await acquire()).json;
    await release(leaseId, '?outcome=blocked&host=Shop.Example');
    const until = new Date(clock.now() + 3_600_000).toISOString();
    expect((await view()).blockedOn).toEqual([{ host: 'shop.example', until }]);
    expect((await acquire({ notBlockedOn: 'SHOP.example' })).status).toBe(409);
    expect((await acquire({ notBlockedOn: 'other.example' })).status).toBe(201);
    clock.advance(3_600_000);
    expect((await view()).blockedOn).toEqual([]);
  });

  test('shows until when failures keep the proxy from use', async () => {
    const { acquire, release, view, clock } = await startLeaseApi();
    for (let use = 0; use < 5; use++) {
      expect((await view()).quarantinedUntil).toBeNull();
      await release((await acquire()).json.leaseId, '?outcome=failed');
    }
    const until = new Date(clock.now() + 30_000).toISOString();
    expect((await view()).quarantinedUntil).toBe(until);
    clock.advance(30_000);
    expect((await view()).quarantinedUntil).toBeNull();
  });

  test('says when the lease was gone already, and notes nothing', async () => {
    const { acquire, release, view } = await startLeaseApi();
    const { leaseId } = (await acquire()).json;
    await release(leaseId, '?outcome=ok');
    const again = await release(leaseId, '?outcome=failed');
    expect(again.json).toMatchObject({
      status: 409,
      type: 'urn:lighthouse:problem:lease_ended',
      detail: expect.stringContaining('nothing was noted'),
    });
    expect((await view()).uses).toMatchObject({ ok: 1, failed: 0 });
  });

  test('ends no lease but its own', async () => {
    const { acquire, release, clock, view } = await startLeaseApi();
    const stale = (await acquire({ leaseSeconds: 10 })).json.leaseId;
    clock.advance(10_000 + CLOCK_SKEW_MS);
    await acquire({ consumer: 'other' });
    expect((await release(stale, '?outcome=failed')).status).toBe(409);
    expect(await view()).toMatchObject({ leases: [{ consumer: 'other' }], uses: { failed: 0 } });
  });

  test.each([
    ['?outcome=great', '/query/outcome'],
    ['?outcome=', '/query/outcome'],
    ['?host=shop.example', '/query/host'],
    ['?outcome=blocked&host=https://shop.example/', '/query/host'],
    ['?outcome=ok&force=true', '/query/force'],
  ])('refuses %s with a pointer to %s', async (search, pointer) => {
    const { acquire, release, view } = await startLeaseApi();
    const { leaseId } = (await acquire()).json;
    const reply = await release(leaseId, search);
    expect(reply.json).toMatchObject({ status: 400, errors: [{ pointer }] });
    expect((await view()).leases).toHaveLength(1);
  });
});

describe.each([
  ['POST', '/leases', '{"consumer":"shop"}'],
  ['PATCH', `/leases/${UNKNOWN_ID}`, '{}'],
  ['DELETE', `/leases/${UNKNOWN_ID}`, undefined],
])('%s /pools/{pool}%.7s', (method, path, body) => {
  const ask = (api: Awaited<ReturnType<typeof startLeaseApi>>, pool: string) =>
    api.call({ method, target: `/pools/${pool}${path}`, ...(body !== undefined && { body }) });

  test('says that there is no such pool, or that it goes', async () => {
    const api = await startLeaseApi();
    expect((await ask(api, 'none')).json).toMatchObject({
      status: 404,
      detail: 'there is no pool "none"',
    });
    expect((await ask(api, 'No%20Pool')).json).toMatchObject({ status: 400 });
    await api.acquire();
    await api.call({ method: 'DELETE', target: '/pools/fleet' });
    expect((await ask(api, 'fleet')).json).toMatchObject({
      status: 409,
      type: 'urn:lighthouse:problem:conflict',
      detail: expect.stringMatching(/being deleted/),
    });
  });
});

describe.each(['PATCH', 'DELETE'])('%s of a lease there never was', (method) => {
  test.each([
    ['one like ours', UNKNOWN_ID, 409, 'lease_ended'],
    ['one out of form', 'mine', 404, 'not_found'],
    ['a proxy’s id', UNKNOWN_ID.slice(0, 36), 404, 'not_found'],
    [
      'one that the pool has not signed',
      `${UNKNOWN_ID.slice(0, 36)}.u.a.zzzzzzzzz.c2hvcA.AAAA.${'A'.repeat(43)}`,
      404,
      'not_found',
    ],
    ['a member every object has', '__proto__', 404, 'not_found'],
  ])('%s', async (_, leaseId, status, code) => {
    const { call, acquire, view } = await startLeaseApi();
    await acquire();
    const target = `/pools/fleet/leases/${leaseId}`;
    const reply = await call({ method, target, ...(method === 'PATCH' && { body: '{}' }) });
    expect(reply.json).toMatchObject({ status, type: `urn:lighthouse:problem:${code}` });
    expect(reply.text).not.toContain(leaseId);
    expect((await view()).leases).toHaveLength(1);
  });
});
