import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { findDeadPort, startHttpProxy, startTarget } from '../../../src/local/fleet/index.ts';
import { readProxyHistory } from '../../../src/pools/proxy-history.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { checkBatches } from '../../../src/sweeps/check/check-batches.ts';
import { readSweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { PoolWatch } from '../../support/audit/pool-watch.ts';
import {
  makeOptions,
  makePool,
  makeProxies,
  makeProxy,
  TEST_SALT,
} from '../../support/factories.ts';
import type { Finding } from '../../support/fakes/fake-checker.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const DOWN: Finding = { status: 'inactive', failure: 'timeout', failedPhase: 'connect' };
const MINUTE_MS = 60_000;
const TEN_MINUTES_MS = 10 * MINUTE_MS;

const database = useDynamoDb();

async function createWorld(): Promise<SweepWorld> {
  return new SweepWorld(await database.openStorage());
}

describe('FAULTS 38b: a late batch after a sweep that only confirmed', () => {
  it('is recorded, and the rows stay as they are', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(30);
    const first = await world.sweep();
    world.clock.advance(MINUTE_MS);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const late = world.queue.splice(0);
    world.clock.advance(60 * MINUTE_MS);
    await world.tick();
    const newer = await world.sweep();
    const rows = await world.rows();
    // The newer sweep has written no row that could fence the older one off.
    for (const row of rows) expect(row).toMatchObject({ rowSweepId: first.sweepId });
    world.checker.finding = () => DOWN;
    expect(await world.check(late)).toEqual(['done']);
    expect(await world.rows()).toEqual(rows);
    expect((await readSweepReport(world, sweepId)).totals.inactive).toBe(30);
    for (const each of [first.sweepId, sweepId, newer.sweepId]) {
      await auditSweep(world.storage, each, { events: world.events, proxyIds });
    }
  });
});

describe('FAULTS 41: the wall clock steps back ten minutes', () => {
  it('and a manual sweep is still the later one', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(20);
    const watch = new PoolWatch(world.storage, 'fleet');
    const older = await world.sweep();
    expect(await watch.look()).toEqual([]);
    world.clock.setWallClock(TEST_TIME - TEN_MINUTES_MS);
    world.checker.finding = () => DOWN;
    const newer = await world.sweep();
    expect(newer.sweepId > older.sweepId).toBe(true);
    expect(await watch.look()).toEqual([]);
    for (const row of await world.rows()) expect(row.status).toBe('inactive');
    const sweeps = await world.storage.sweeps.list('fleet', { limit: 9 });
    expect(sweeps.map(({ sweepId }) => sweepId)).toEqual([newer.sweepId, older.sweepId]);
    const history = await readProxyHistory(world, 'fleet', proxyIds[0] ?? '', { limit: 9 });
    expect(history.results.map(({ status }) => status)).toEqual(['inactive', 'active']);
    for (const { sweepId } of sweeps)
      await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
  });

  it('and the schedule goes on when its time has come again, one sweep at a time', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(20, { intervalSeconds: 60 });
    await world.tick(TEST_TIME);
    await world.deliver();
    world.clock.setWallClock(TEST_TIME - TEN_MINUTES_MS);
    for (let minute = 0; minute < 12; minute++) {
      const [entry] = await world.tick(world.clock.now());
      expect(entry).toMatchObject({ action: minute < 11 ? 'idle' : 'started' });
      await world.deliver();
      world.clock.advance(MINUTE_MS);
    }
    const sweeps = await world.storage.sweeps.list('fleet', { limit: 9 });
    expect(sweeps).toHaveLength(2);
    for (const { sweepId } of sweeps)
      await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
  });

  it('while probes are under way, and no duration is negative', async () => {
    await using target = disposable(await startTarget());
    await using first = disposable(await startHttpProxy());
    await using second = disposable(await startHttpProxy());
    const dead = { protocol: 'http', host: '127.0.0.1', port: await findDeadPort() } as const;
    const proxies = [first.value, second.value, dead].map(({ protocol, host, port }) =>
      createProxy({ protocol, host, port }, TEST_SALT),
    );
    const world = await createWorld();
    const options = makeOptions({ timeoutMs: 2000, targetUrl: target.value.url });
    await world.storage.pools.create(makePool({ options, control: false }));
    await world.storage.proxies.insert('fleet', proxies);
    const hasStepped = () => target.value.requests.length > 0;
    const clock: Clock = {
      now: () => world.clock.now() - (hasStepped() ? TEN_MINUTES_MS : 0),
      monotonic: () => systemClock.monotonic(),
    };
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const checker = new HealthChecker({ allowPrivateAddresses: true, clock });
    // One after the other, so that the second begins before the first, by the wall clock.
    const limits = { ...world.limits, maxInFlight: 1 };
    const invocation = world.invocation();
    const batches = world.queue.splice(0);
    const outcomes = await checkBatches({ ...world, clock, checker, limits }, batches, invocation);
    expect(hasStepped()).toBe(true);
    expect(outcomes).toEqual(['done']);
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds: proxies.map(({ id }) => id),
    });
    const stored = await world.storage.results.get('fleet', '*', sweepId);
    expect(stored?.results.size).toBe(3);
    for (const result of stored?.results.values() ?? []) {
      const durations = [result.latencyMs, result.offsetMs, ...Object.values(result.timings ?? {})];
      expect(Math.min(...durations)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...durations)).toBeLessThan(MINUTE_MS);
    }
    const { startedAt, closedAt } = await readSweepReport(world, sweepId);
    expect(Date.parse(closedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(startedAt));
  });
});

describe('FAULTS 42: proxies imported and deleted while a sweep runs', () => {
  it('are swept or not, never half, and the totals still add up', async () => {
    const world = await createWorld();
    const all = await world.fill(220, { batchBitCounts: [1] });
    const deleted = all.filter((_, index) => index % 20 === 0);
    const proxyIds = all.filter((id) => !deleted.includes(id));
    const kept = makeProxies(220).filter(({ id }) => proxyIds.includes(id));
    const added = Array.from({ length: 22 }, (_, index) => makeProxy(1000 + index));
    const passing = [...deleted, ...added.map(({ id }) => id)];
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const meddle = async (step: number) => {
      const index = step % 11;
      await world.storage.proxies.delete('fleet', deleted[index] ?? '');
      await world.storage.proxies.insert('fleet', added.slice(2 * index, 2 * index + 2));
      // Imported again: it stays as it is.
      await world.storage.proxies.insert('fleet', kept.slice(index, index + 1));
    };
    const meddling: Promise<void>[] = [];
    world.checker.finding = ({ id }) => {
      const step = all.indexOf(id);
      if (step % 40 === 0) meddling.push(meddle(meddling.length));
      return { status: step % 2 === 0 ? 'active' : 'inactive' };
    };
    // Between the result and the rows.
    world.storage.tap('results.put', async (put, result) => {
      const stored = await put(result);
      for (let step = 0; step < 11; step++) await meddle(step);
      return stored;
    });
    await world.deliver(1);
    await Promise.all(meddling);
    expect(meddling.length).toBeGreaterThan(3);
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds, passing });
    const { totals } = await readSweepReport(world, sweepId);
    expect(totals.proxies).toBeGreaterThanOrEqual(proxyIds.length);
    expect(totals.proxies).toBeLessThanOrEqual(proxyIds.length + passing.length);
    const rows = await world.rows();
    expect(rows.map((row) => row.proxy.id).toSorted()).toEqual(
      [...proxyIds, ...added.map(({ id }) => id)].toSorted(),
    );
    for (const row of rows) {
      const swept = row.rowSweepId === sweepId;
      expect(swept ? ['active', 'inactive'] : ['unknown']).toContain(row.status);
      if (proxyIds.includes(row.proxy.id)) expect(swept).toBe(true);
    }
  });
});

function disposable<T extends { close(): Promise<void> }>(value: T) {
  return { value, [Symbol.asyncDispose]: () => value.close() };
}
