import { describe, expect, it } from 'vitest';
import { createCheckerHandler } from '../../functions/checker/handler.ts';
import { createFanOutHandler } from '../../functions/fan-out/handler.ts';
import { writeBatchMessage } from '../../src/sweeps/check/batch-message.ts';
import { AdaptiveWorld, HOUR_MS, MINUTE_MS } from '../support/sweeps/adaptive-world.ts';
import { startApi } from './support/api.ts';
import { lambdaContext, sqsEvent } from './support/lambda-events.ts';
import { recordTelemetry } from './support/recorded-telemetry.ts';

const LIST = Array.from({ length: 30 }, (_, index) => `8.8.4.${index}:8080`);

/** The api, the fan-out and the checker over one storage, and the schedule that ticks. */
function startFunctions() {
  const world = new AdaptiveWorld();
  const api = startApi({ openStorage: () => world.storage });
  const { storage, clock, limits, publishEvents, sendBatches, checker } = world;
  const shared = { storage, clock, limits, publishEvents, telemetry: recordTelemetry() };
  const fanOut = createFanOutHandler({ ...shared, sendBatches });
  const queue = { hide: async () => {}, deadLetter: async () => {} };
  const check = createCheckerHandler({ ...shared, checker, queue, maxReceives: 5 });
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      const scheduledAt = new Date(clock.now()).toISOString();
      await fanOut({ scheduledAt }, lambdaContext());
      for (const message of world.queue.splice(0)) {
        const event = sqsEvent([writeBatchMessage(message)]);
        expect(await check(event, lambdaContext())).toEqual({ batchItemFailures: [] });
        // The same message once more changes nothing.
        expect(await check(event, lambdaContext())).toEqual({ batchItemFailures: [] });
      }
      world.clock.advance(MINUTE_MS);
      api.clock.advance(MINUTE_MS);
    }
  };
  const idOf = async (address: string) => {
    const { proxies } = (await api.get('/pools/free/proxies?limit=100')).json;
    return proxies.find(({ proxy }: { proxy: string }) => proxy.includes(address))?.proxyId;
  };
  return { world, api, pass, idOf };
}

describe('the functions with a pool that has back-off', () => {
  it('leave out what is long dead, and probe soon what is new, has changed or has failed', async () => {
    const { world, api, pass, idOf } = startFunctions();
    const policy = { intervalSeconds: 3600, backOff: { maxIntervalSeconds: 43_200 } };
    expect((await api.put('/pools/free', policy)).json).toMatchObject({
      backOff: { maxIntervalSeconds: 43_200, edgeIntervalSeconds: 300 },
    });
    await api.post('/pools/free/proxies', LIST.join('\n'));
    const dead = await Promise.all(LIST.slice(0, 20).map((address) => idOf(`${address}`)));
    for (const id of dead) world.down.add(id);
    await pass(1);
    expect(world.takeProbed()).toHaveLength(30);
    // Four days later a sweep probes the ten that work, and of the dead only some.
    await pass((96 * HOUR_MS) / MINUTE_MS);
    world.takeProbed();
    await pass(60);
    expect(world.takeProbed().length).toBeLessThan(20);

    const { json: pool } = await api.get('/pools/free');
    const { totals, skippedAs, edge } = pool.lastSweep;
    expect(edge).toBe(false);
    expect(totals).toMatchObject({ proxies: 30, active: 10 });
    expect(totals.inactive + totals.skipped).toBe(20);
    expect(skippedAs.inactive).toBe(totals.skipped);
    expect(pool.lastSweep.availability).toBeCloseTo(1 / 3);
    expect(pool.statistics).toMatchObject({ total: 30, active: 10 });

    const { json } = await api.get(`/sweeps/${pool.lastSweepId}/results?status=inactive`);
    expect(json.results).toHaveLength(20);
    const skipped = json.results.filter((record: { skipped?: true }) => record.skipped);
    expect(skipped).toHaveLength(totals.skipped);
    for (const { proxyId, checkedAt, failure } of skipped) {
      expect([Date.parse(checkedAt), failure]).toEqual([
        world.probes.get(proxyId)?.at(-1),
        'timeout',
      ]);
    }
    const csv = (await api.get(`/sweeps/${pool.lastSweepId}/results?format=csv`)).text;
    const [heading, ...lines] = csv.trim().split(/\r?\n/);
    expect(heading).toMatch(/,skipped$/);
    expect(lines.filter((line) => line.endsWith(',true'))).toHaveLength(totals.skipped);

    await api.post('/pools/free/proxies', '8.8.4.200:8080');
    await pass(1);
    const fresh = await idOf('8.8.4.200');
    expect(world.takeProbed()).toEqual([fresh]);
    await pass(6);
    world.takeProbed();

    const lease = await api.post('/pools/free/leases', '{ "consumer": "shop" }');
    const path = `/pools/free/leases/${encodeURIComponent(lease.json.leaseId)}?outcome=failed`;
    expect((await api.call({ method: 'DELETE', target: path })).status).toBe(204);
    await pass(6);
    expect(world.takeProbed()).toEqual([lease.json.proxyId]);
  });

  it.each([
    [{ maxIntervalSeconds: 59 }, '/backOff/maxIntervalSeconds'],
    [{ maxIntervalSeconds: 604_801 }, '/backOff/maxIntervalSeconds'],
    [{ maxIntervalSeconds: 120 }, '/backOff/maxIntervalSeconds'],
    [{ edgeIntervalSeconds: 90 }, '/backOff/edgeIntervalSeconds'],
    [{ edgeIntervalSeconds: 0 }, '/backOff/edgeIntervalSeconds'],
    [{ cap: 3600 }, '/backOff/cap'],
    [true, '/backOff'],
  ])('refuse %j with a pointer to %s', async (backOff, pointer) => {
    const { api } = startFunctions();
    const reply = await api.put('/pools/free', { intervalSeconds: 300, backOff });
    expect(reply).toMatchObject({ status: 400, json: { status: 400 } });
    expect(reply.json.errors).toContainEqual(expect.objectContaining({ pointer }));
  });

  it('keep it off unless it is asked for, and off again when it is left out', async () => {
    const { api } = startFunctions();
    expect((await api.put('/pools/free', { intervalSeconds: 300 })).json.backOff).toBeNull();
    const whole = { maxIntervalSeconds: 86_400, edgeIntervalSeconds: 300 };
    expect((await api.put('/pools/free', { backOff: {} })).json.backOff).toEqual(whole);
    expect((await api.get('/pools/free')).json.backOff).toEqual(whole);
    expect((await api.put('/pools/free', { backOff: null })).json.backOff).toBeNull();
    expect((await api.put('/pools/free', {})).json.backOff).toBeNull();
  });
});
