import { describe, expect, it } from 'vitest';
import type { Proxy } from '../../../src/proxies/proxy.ts';
import type { ProxyStatusChanged, SweepFinished } from '../../../src/sweeps/record/sweep-events.ts';
import { makeProxies, makeProxy, makeProxyWithSecrets } from '../../support/factories.ts';
import type { Finding } from '../../support/fakes/fake-checker.ts';
import { crashAfterWrite } from '../../support/storage/crashing-storage.ts';
import { sweepWithCrash } from '../../support/sweeps/sweep-recovery.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const MINUTE = 60_000;
const DEAD: Finding = { status: 'inactive', failure: 'refused', failedPhase: 'connect' };

function changesIn(world: SweepWorld): ProxyStatusChanged['detail'][] {
  return world.events.flatMap((event) =>
    event.type === 'Proxy Status Changed' ? [event.detail] : [],
  );
}

function finishesIn(world: SweepWorld): SweepFinished['detail'][] {
  return world.events.flatMap((event) => (event.type === 'Sweep Finished' ? [event.detail] : []));
}

/** A pool that was swept once, with every proxy active; the events of that sweep are dropped. */
async function sweptOnce(count: number, riseFall = { rise: 1, fall: 1 }): Promise<SweepWorld> {
  const world = new SweepWorld();
  await world.fill(count, { riseFall });
  await world.sweep();
  world.events.length = 0;
  world.clock.advance(MINUTE);
  return world;
}

function kill(world: SweepWorld, ...dead: readonly Proxy[]): void {
  const ids = new Set(dead.map(({ id }) => id));
  world.checker.finding = ({ id }) => (ids.has(id) ? DEAD : {});
}

/** Starts a sweep and takes its messages off the queue. */
async function startAndTake(world: SweepWorld) {
  const { sweepId } = await world.start();
  await world.startFanOut(sweepId);
  return { sweepId, messages: world.queue.splice(0) };
}

describe('Proxy Status Changed', () => {
  it('is not sent for the first verdict on a proxy', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    kill(world, makeProxy(1));
    await world.sweep();
    expect(changesIn(world)).toEqual([]);
  });

  it('is sent for each proxy whose status changes, and for no other', async () => {
    const world = await sweptOnce(5);
    const dead = makeProxy(2);
    kill(world, dead);
    const { sweepId } = await world.sweep();
    const statusSince = new Date(world.clock.now()).toISOString();
    expect(world.events[0]).toEqual({
      type: 'Proxy Status Changed',
      at: statusSince,
      detail: {
        format: 1,
        eventId: `${sweepId}:${dead.id}`,
        pool: 'fleet',
        proxyId: dead.id,
        proxy: 'http://10.0.0.2:8080',
        previousStatus: 'active',
        status: 'inactive',
        statusSince,
        sweepId,
        result: expect.objectContaining({
          status: 'inactive',
          failure: 'refused',
          blame: 'proxy',
          failedPhase: 'connect',
        }),
      },
    });
    expect(changesIn(world)).toHaveLength(1);
    world.clock.advance(MINUTE);
    await world.sweep();
    expect(changesIn(world)).toHaveLength(1);
    world.clock.advance(MINUTE);
    kill(world);
    await world.sweep();
    expect(changesIn(world)[1]).toMatchObject({ previousStatus: 'inactive', status: 'active' });
  });

  it('waits for as many verdicts as rise and fall ask for', async () => {
    const world = await sweptOnce(3, { rise: 2, fall: 3 });
    kill(world, makeProxy(0));
    const sent: number[] = [];
    for (let sweep = 0; sweep < 6; sweep++) {
      if (sweep === 4) kill(world);
      await world.sweep();
      sent.push(changesIn(world).length);
      world.clock.advance(MINUTE);
    }
    expect(sent).toEqual([0, 0, 1, 1, 1, 2]);
  });

  it('is not sent for inconclusive verdicts, banned proxies, or the first verdict after a reset', async () => {
    const world = await sweptOnce(4);
    const [banned, reset, alive] = [makeProxy(0), makeProxy(1), makeProxy(2)];
    const at = new Date(world.clock.now()).toISOString();
    const set = (proxyId: string, status: 'banned' | 'unknown') =>
      world.storage.proxies.writeManualStatus({ poolName: 'fleet', proxyId, status, at });
    await set(banned.id, 'banned');
    await set(reset.id, 'unknown');
    kill(world, banned, reset);
    await world.sweep();
    // Only failures are inconclusive beside a failed control probe.
    kill(world, reset, alive);
    world.checker.control = () => ({ ok: false, latencyMs: 1, failure: 'timeout' });
    world.clock.advance(MINUTE);
    await world.sweep();
    expect(changesIn(world)).toEqual([]);
  });

  it('shows no credentials', async () => {
    const world = new SweepWorld();
    await world.fill(0);
    const proxy = makeProxyWithSecrets();
    await world.storage.proxies.insert('fleet', [proxy]);
    await world.sweep();
    kill(world, proxy);
    world.clock.advance(MINUTE);
    await world.sweep();
    expect(changesIn(world)).toMatchObject([{ proxy: 'http://user:***@10.0.0.0:8080' }]);
    expect(JSON.stringify(world.events)).not.toMatch(/p@ss|p%40ss|word/);
  });
});

describe('a redelivered batch', () => {
  it('sends the events of exactly the rows its sweep has changed, each the same', async () => {
    const world = await sweptOnce(20);
    const dead = [makeProxy(3), makeProxy(11), makeProxy(12)];
    kill(world, ...dead);
    const { messages } = await startAndTake(world);
    world.publishEvents = async () => {
      throw new Error('the bus is down');
    };
    const [outcome] = await world.check(messages);
    expect(outcome).toMatchObject({ failed: new Error('the bus is down') });
    expect(await world.storage.sweeps.readLedger(messages[0]?.sweepId ?? '')).toEqual(new Map());
    const rows = (await world.rows()).filter(({ status }) => status === 'inactive');
    expect(rows).toHaveLength(3);

    // Had it been probed again, everything would be alive.
    kill(world);
    world.clock.advance(5_000);
    const received: string[][] = [];
    world.publishEvents = async (events) => {
      received.push(events.map((event) => JSON.stringify(event)));
      world.events.push(...events);
      if (received.length === 1) throw new Error('killed before the ledger');
    };
    await world.check(messages);
    await world.check(messages);
    expect(received).toHaveLength(3);
    expect(received[1]).toEqual(received[0]);
    expect(
      changesIn(world)
        .slice(0, 3)
        .map(({ proxyId }) => proxyId)
        .sort(),
    ).toEqual(dead.map(({ id }) => id).sort());
  });

  it('sends the event of a row whose write its killed predecessor had just made', async () => {
    const world = await sweptOnce(6);
    const dead = [makeProxy(1), makeProxy(4)];
    kill(world, ...dead);
    const { messages } = await startAndTake(world);
    const survivor = world.storage;
    // The result item and one of two rows.
    world.storage = crashAfterWrite(survivor, 2);
    await world.check(messages);
    expect(world.events).toEqual([]);
    world.storage = survivor;
    expect(await world.check(messages)).toEqual(['done']);
    expect(changesIn(world).map(({ proxyId }) => proxyId)).toEqual(dead.map(({ id }) => id).sort());
  });

  it('sends nothing for a row in which this sweep has written only a streak', async () => {
    const world = await sweptOnce(3, { rise: 2, fall: 1 });
    kill(world, makeProxy(0));
    await world.sweep();
    expect(changesIn(world)).toHaveLength(1);
    world.clock.advance(MINUTE);
    kill(world);
    const { sweepId, messages } = await startAndTake(world);
    const survivor = world.storage;
    // The result item and the row.
    world.storage = crashAfterWrite(survivor, 2);
    await world.check(messages);
    world.storage = survivor;
    expect(await survivor.proxies.get('fleet', makeProxy(0).id)).toMatchObject({
      rowSweepId: sweepId,
      streak: { verdict: 'active', count: 1 },
    });
    expect(await world.check(messages)).toEqual(['done']);
    expect(changesIn(world)).toHaveLength(1);
  });

  it('sends every event, and only the same events, when it comes twice at once', async () => {
    const world = await sweptOnce(30);
    const dead = makeProxies(10);
    kill(world, ...dead);
    const { messages } = await startAndTake(world);
    await Promise.all([world.check(messages), world.check(messages)]);
    const sent = changesIn(world).map((detail) => JSON.stringify(detail));
    expect(new Set(sent).size).toBe(10);
  });
});

describe('a crash right after any one write of a sweep', () => {
  it('loses no event', async () => {
    const dead = [makeProxy(0), makeProxy(2), makeProxy(5)];
    const ids = dead.map(({ id }) => id).sort();
    let crashed = true;
    for (let n = 1; crashed; n++) {
      const world = await sweptOnce(6);
      kill(world, ...dead);
      crashed = await sweepWithCrash(world, n);
      const changed = new Set(changesIn(world).map(({ proxyId }) => proxyId));
      expect([...changed].sort(), `after write ${n}`).toEqual(ids);
      expect(finishesIn(world), `after write ${n}`).not.toEqual([]);
    }
  });
});

describe('work begun too late', () => {
  it('after the deadline writes the ledger, but neither rows nor events', async () => {
    const world = await sweptOnce(3);
    kill(world, makeProxy(0));
    const { sweepId, messages } = await startAndTake(world);
    const { deadlineAt } = await world.current(sweepId);
    world.clock.setWallClock(Date.parse(deadlineAt) + 1);
    expect(await world.check(messages)).toEqual(['done']);
    expect(changesIn(world)).toEqual([]);
    expect((await world.rows()).every(({ status }) => status === 'active')).toBe(true);
    expect((await world.storage.sweeps.readLedger(sweepId)).size).toBe(1);
  });

  it('on a closed sweep writes the ledger, but neither rows nor events', async () => {
    const world = await sweptOnce(3);
    kill(world, makeProxy(0));
    const { sweepId, messages } = await startAndTake(world);
    const { deadlineAt } = await world.current(sweepId);
    world.clock.setWallClock(Date.parse(deadlineAt) + world.limits.checkerTimeoutMs + MINUTE + 1);
    await world.tick();
    // A checker whose clock is behind believes it is in time.
    world.clock.setWallClock(Date.parse(deadlineAt) - MINUTE);
    expect(await world.check(messages)).toEqual(['done']);
    expect(changesIn(world)).toEqual([]);
    expect(finishesIn(world)).toMatchObject([{ sweepId, state: 'incomplete' }]);
    expect(await world.current(sweepId)).toMatchObject({ lateBatches: 1 });
  });
});

describe('Sweep Finished', () => {
  it('is sent once, after every change of its sweep, with the totals', async () => {
    const world = await sweptOnce(400);
    kill(world, makeProxy(0), makeProxy(1));
    const { sweepId, startedAt, deadlineAt, closedAt } = await world.sweep();
    expect(world.events.map(({ type }) => type)).toEqual([
      'Proxy Status Changed',
      'Proxy Status Changed',
      'Sweep Finished',
    ]);
    expect(finishesIn(world)).toEqual([
      {
        format: 1,
        eventId: sweepId,
        pool: 'fleet',
        sweepId,
        state: 'complete',
        trigger: 'manual',
        edge: false,
        startedAt,
        deadlineAt,
        closedAt,
        batches: { total: 2, missing: 0 },
        totals: { proxies: 400, active: 398, slow: 0, inactive: 2, inconclusive: 0, skipped: 0 },
        skippedAs: { active: 0, slow: 0, inactive: 0, inconclusive: 0 },
        availability: 0.995,
        latencyMs: {
          p50: expect.any(Number),
          p95: expect.any(Number),
          p99: expect.any(Number),
        },
        failures: [{ code: 'refused', blame: 'proxy', count: 2 }],
        bytes: 40_000,
      },
    ]);
  });

  it('is sent for a sweep of an empty pool', async () => {
    const world = new SweepWorld();
    await world.fill(0);
    await world.start();
    expect(finishesIn(world)).toMatchObject([{ state: 'complete', totals: { proxies: 0 } }]);
  });

  it('counts the missing batches of a sweep that was closed incomplete', async () => {
    const world = await sweptOnce(400);
    const { sweepId, messages } = await startAndTake(world);
    await world.check(messages.slice(0, 1));
    const { deadlineAt } = await world.current(sweepId);
    world.clock.setWallClock(Date.parse(deadlineAt) + world.limits.checkerTimeoutMs + MINUTE + 1);
    await world.tick();
    expect(finishesIn(world)).toMatchObject([
      { sweepId, state: 'incomplete', batches: { total: 2, missing: 1 } },
    ]);
  });

  it('is sent by a tick, and again until it gets through, before the pool is released', async () => {
    const world = await sweptOnce(3);
    const { publishEvents } = world;
    world.publishEvents = async () => {
      throw new Error('the bus is down');
    };
    const { sweepId, messages } = await startAndTake(world);
    expect(await world.check(messages)).toMatchObject([{ failed: expect.any(Error) }]);
    expect(await world.current(sweepId)).toMatchObject({ state: 'complete' });
    const failed = { poolName: 'fleet', error: new Error('the bus is down') };
    expect(await world.tick()).toMatchObject([failed]);
    expect(await world.storage.pools.get('fleet')).toMatchObject({ runningSweepId: sweepId });
    world.publishEvents = publishEvents;
    expect(await world.check(messages)).toEqual(['done']);
    expect(finishesIn(world)).toEqual([]);
    expect(await world.tick()).toMatchObject([{ action: 'released' }]);
    expect(finishesIn(world)).toMatchObject([{ eventId: sweepId, state: 'complete' }]);
    expect(await world.storage.pools.get('fleet')).not.toHaveProperty('runningSweepId');
  });
});
