import { describe, expect, it } from 'vitest';
import { CANARY, startLeaseApi } from '../support/lease-api.ts';

const CLOCK_SKEW_MS = 5_000;
const UNKNOWN_ID = '0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11.AAAAAAAAAAAAAAAAAAAAAA';

describe('PATCH /pools/{pool}/leases/{leaseId}', () => {
  it('makes a lease end later, and does not show the URL', async () => {
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

  it('never makes a lease end sooner', async () => {
    const { acquire, renew } = await startLeaseApi();
    const lease = (await acquire({ leaseSeconds: 600 })).json;
    expect((await renew(lease.leaseId)).json.expiresAt).toBe(lease.expiresAt);
  });

  it('makes a lease end in 300 seconds when there is no body', async () => {
    const { acquire, call, clock } = await startLeaseApi();
    const { leaseId } = (await acquire({ leaseSeconds: 60 })).json;
    const reply = await call({ method: 'PATCH', target: `/pools/fleet/leases/${leaseId}` });
    const expiresAt = new Date(clock.now() + 300_000).toISOString();
    expect(reply).toMatchObject({ status: 200, json: { leaseSeconds: 300, expiresAt } });
  });

  it('gives the lease of an unlimited proxy another id', async () => {
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

  it('refuses to renew a lease that is over, was released, or whose proxy was banned', async () => {
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

  it.each([
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
  it('frees the proxy at once', async () => {
    const { acquire, release, view, telemetry } = await startLeaseApi();
    const { leaseId } = (await acquire()).json;
    const { status, text } = await release(leaseId);
    expect([status, text]).toEqual([204, '']);
    expect(await view()).toMatchObject({ leases: [], leaseCount: 1, uses: { ok: 0, failed: 0 } });
    expect((await acquire()).status).toBe(201);
    expect(telemetry.metrics.recorded).toMatchObject({ LeasesReleased: 1 });
  });

  it.each(['ok', 'slow', 'blocked', 'failed'])('notes the outcome %s', async (outcome) => {
    const { acquire, release, view } = await startLeaseApi();
    const { leaseId } = (await acquire()).json;
    expect((await release(leaseId, `?outcome=${outcome}`)).status).toBe(204);
    const none = { ok: 0, slow: 0, blocked: 0, failed: 0 };
    expect((await view()).uses).toEqual({ ...none, [outcome]: 1 });
  });

  it('leaves the lease of an unlimited proxy until its end, and notes each outcome', async () => {
    const list = ['8.8.8.8:80'];
    const { acquire, release, renew, view } = await startLeaseApi(
      list,
      '?maxConcurrency=unlimited',
    );
    const { leaseId } = (await acquire()).json;
    for (let use = 0; use < 2; use++) {
      expect((await release(leaseId, '?outcome=ok')).status).toBe(204);
    }
    expect((await renew(leaseId)).status).toBe(200);
    expect((await view()).uses).toMatchObject({ ok: 2 });
  });

  it('notes which target blocks the proxy, for as long as the pool says', async () => {
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

  it('shows how long failures keep the proxy from use', async () => {
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

  it('says that the lease is already gone, and notes nothing', async () => {
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

  it('ends no lease but its own', async () => {
    const { acquire, release, clock, view } = await startLeaseApi();
    const stale = (await acquire({ leaseSeconds: 10 })).json.leaseId;
    clock.advance(10_000 + CLOCK_SKEW_MS);
    await acquire({ consumer: 'other' });
    expect((await release(stale, '?outcome=failed')).status).toBe(409);
    expect(await view()).toMatchObject({ leases: [{ consumer: 'other' }], uses: { failed: 0 } });
  });

  it.each([
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
])('%s /pools/{pool}%s', (method, path, body) => {
  const ask = (api: Awaited<ReturnType<typeof startLeaseApi>>, pool: string) =>
    api.call({ method, target: `/pools/${pool}${path}`, ...(body !== undefined && { body }) });

  it('says that there is no such pool, or that it is being deleted', async () => {
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

describe.each(['PATCH', 'DELETE'])('%s of a lease that never existed', (method) => {
  it.each([
    ['refuses a well-formed id', UNKNOWN_ID, 409, 'lease_ended'],
    ['refuses a malformed id', 'mine', 404, 'not_found'],
    ['refuses the id of a proxy', UNKNOWN_ID.slice(0, 36), 404, 'not_found'],
    [
      'refuses an id that the pool has not signed',
      `${UNKNOWN_ID.slice(0, 36)}.u.a.zzzzzzzzz.c2hvcA.AAAA.${'A'.repeat(43)}`,
      404,
      'not_found',
    ],
    ['refuses __proto__', '__proto__', 404, 'not_found'],
  ])('%s', async (_, leaseId, status, code) => {
    const { call, acquire, view } = await startLeaseApi();
    await acquire();
    const target = `/pools/fleet/leases/${leaseId}`;
    const reply = await call({ method, target });
    expect(reply.json).toMatchObject({ status, type: `urn:lighthouse:problem:${code}` });
    expect(reply.text).not.toContain(leaseId);
    expect((await view()).leases).toHaveLength(1);
  });
});
