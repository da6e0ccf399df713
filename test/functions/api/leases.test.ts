import { describe, expect, it } from 'vitest';
import { CANARY, startLeaseApi } from '../support/lease-api.ts';

const CLOCK_SKEW_MS = 5_000;
const URL_WITH_PASSWORD = `http://ann:${CANARY}@8.8.8.8:8080`;

describe('POST /pools/{pool}/leases', () => {
  it('leases a proxy and answers with its URL, password included', async () => {
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

  it('has defaults for everything but the consumer', async () => {
    const { acquire, clock } = await startLeaseApi();
    expect((await acquire()).json).toMatchObject({
      leaseSeconds: 300,
      expiresAt: new Date(clock.now() + 300_000).toISOString(),
    });
  });

  it('gives an exclusive proxy to one consumer until the lease is over by any clock', async () => {
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

  it('says what was asked for and what to try when no proxy is available', async () => {
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

  it('leases the proxy that filters and selector choose', async () => {
    const tagged = [
      { host: '8.8.8.8', port: 80, protocol: 'socks5', country: 'SE' },
      { host: '8.8.4.4', port: 80, country: 'DE' },
    ].map((entry) => JSON.stringify(entry));
    const { acquire } = await startLeaseApi(tagged);
    const filters = { country: 'se', protocol: 'socks5' };
    const reply = await acquire({ filters, selector: 'leastUsed' });
    expect(reply.json).toMatchObject({ proxy: 'socks5://8.8.8.8:80', protocol: 'socks5' });
  });

  it.each([
    ['socks4a', 'socks4'],
    ['socks5h', 'socks5'],
    ['socks5', 'socks5'],
  ])(
    'gives a proxy that was listed as %s back as such, as curl writes it',
    async (scheme, protocol) => {
      const { acquire } = await startLeaseApi([`${scheme}://8.8.8.8:1080`]);
      expect((await acquire()).json).toMatchObject({ proxy: `${scheme}://8.8.8.8:1080`, protocol });
    },
  );

  it.each([
    [{ consumer: '' }, '/consumer'],
    [{ consumer: undefined }, '/consumer'],
    [{ consumer: 'a\nb' }, '/consumer'],
    [{ leaseSeconds: 0 }, '/leaseSeconds'],
    [{ leaseSeconds: '60' }, '/leaseSeconds'],
    [{ leaseSeconds: 86_401 }, '/leaseSeconds'],
    [{ filters: { country: 'Sweden' } }, '/filters/country'],
    [{ filters: { latitude: 1 } }, '/filters/radiusKm'],
    [{ filters: { protocol: 'ftp' } }, '/filters/protocol'],
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

  it('answers a repetition as it answered the first request', async () => {
    const { acquire, clock, storage, ids } = await startLeaseApi(LISTED);
    const first = await acquire({ leaseSeconds: 60, filters: { protocol: 'http' } }, KEY);
    clock.advance(59_999);
    const again = await acquire({ filters: { protocol: 'http' }, leaseSeconds: 60 }, KEY);
    expect(again).toEqual(first);
    expect(again.status).toBe(201);
    const rows = await Promise.all(ids.map((id) => storage.proxies.get('fleet', id)));
    expect(rows.map((row) => row?.leaseCount).sort()).toEqual([0, 1]);
  });

  it('gives simultaneous requests one lease', async () => {
    const { acquire, get } = await startLeaseApi([1, 2, 3, 4].map((n) => `8.8.8.8:808${n}`));
    const replies = await Promise.all([1, 2, 3, 4].map(() => acquire({}, KEY)));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(replies.map(({ json }) => json.leaseId)).size).toBe(1);
    const { proxies } = (await get('/pools/fleet/proxies')).json;
    expect(proxies.flatMap(({ leases }: { leases: unknown[] }) => leases)).toHaveLength(1);
  });

  it('refuses another request, and one whose lease is over', async () => {
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

  it('keeps consumers, and requests that found nothing, apart', async () => {
    const { acquire, release } = await startLeaseApi(['8.8.8.8:80']);
    const mine = (await acquire({}, KEY)).json;
    expect((await acquire({ consumer: 'other' }, KEY)).json).toMatchObject({
      type: 'urn:lighthouse:problem:no_proxy_available',
    });
    await release(mine.leaseId);
    expect((await acquire({ consumer: 'other' }, KEY)).status).toBe(201);
  });

  it.each(['', 'x'.repeat(129), 'a\u0000b'])('refuses the key %.20j', async (key) => {
    const { acquire, view } = await startLeaseApi();
    expect((await acquire({}, { 'idempotency-key': key })).json).toMatchObject({
      status: 400,
      errors: [{ pointer: '/headers/idempotency-key' }],
    });
    expect((await view()).leases).toEqual([]);
  });
});
