import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCheckerHandler } from '../../../functions/checker/handler.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { makeOptions, makePool } from '../../support/factories.ts';
import { Tarpit } from '../../support/peers/tarpit.ts';
import type { TappedStorage } from '../../support/storage/tapped-storage.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';
import { lambdaContext, sqsEvent } from '../support/lambda-events.ts';
import { recordTelemetry } from '../support/recorded-telemetry.ts';

/** Turns of the event loop that a storage call takes. */
const TURNS_PER_CALL = 3;
/** Turns after the return in which work that is left would show itself. */
const TURNS_AFTER = 200;
/** The most time that destroyed sockets take to close at both ends, milliseconds. */
const CLOSING_MS = 1_000;

/** Counts the storage calls that have begun and those that are under way. */
function countCalls(storage: TappedStorage) {
  const calls = { begun: 0, underWay: 0 };
  storage.tapAll(async (_name, call, args) => {
    calls.begun += 1;
    calls.underWay += 1;
    try {
      for (let turns = 0; turns < TURNS_PER_CALL; turns++) await turn();
      return await call(...args);
    } finally {
      calls.underWay -= 1;
    }
  });
  return calls;
}

/** The sockets and look-ups that were not open before, and every timer, since a test has none. */
function leftOf(before: readonly string[]): readonly string[] {
  const known = before.filter((kind) => kind !== 'Timeout');
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /^(TCP|TLS|GetAddrInfo|Query|Timeout)/.test(kind))
    .filter((kind) => known.splice(known.indexOf(kind) >>> 0, 1).length === 0);
}

describe('FAULTS 39: the handler returns', () => {
  const tarpit = new Tarpit();
  let world: SweepWorld;
  let hide: () => Promise<void>;

  beforeAll(() => tarpit.start());
  afterAll(() => tarpit.stop());

  beforeEach(async () => {
    world = new SweepWorld();
    hide = async () => {};
    const options = makeOptions({
      timeoutMs: 300,
      targetUrl: `http://127.0.0.1:${tarpit.port}/`,
    });
    await world.storage.pools.create(makePool({ options, control: false, batchBitCounts: [2] }));
    await world.storage.proxies.insert('fleet', tarpit.proxies(400));
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    expect(world.queue).toHaveLength(4);
  });

  /** Invokes the checker and asserts that it leaves nothing behind when it has returned. */
  async function invoke(remainingMs: number, checkerTimeoutMs = 4_000) {
    const before = process.getActiveResourcesInfo();
    const calls = countCalls(world.storage);
    const handler = createCheckerHandler({
      storage: world.storage,
      clock: world.clock,
      limits: { ...world.limits, checkerTimeoutMs },
      checker: new HealthChecker({ allowPrivateAddresses: true }),
      maxReceives: 5,
      telemetry: recordTelemetry(),
      queue: { hide: () => hide(), deadLetter: async () => {} },
    });
    const endsAt = performance.now() + remainingMs;
    const context = {
      ...lambdaContext(),
      getRemainingTimeInMillis: () => Math.max(0, endsAt - performance.now()),
    };
    const bodies = world.queue.map((message) => JSON.stringify(message));
    const { batchItemFailures } = await handler(sqsEvent(bodies), context);
    const { begun, underWay } = calls;
    expect(underWay).toBe(0);
    for (let turns = 0; turns < TURNS_AFTER; turns++) await turn();
    expect(calls.begun).toBe(begun);
    const isOpen = () => tarpit.connections > 0 || leftOf(before).length > 0;
    const returnedAt = performance.now();
    while (isOpen() && performance.now() - returnedAt < CLOSING_MS) await turn();
    expect(tarpit.connections).toBe(0);
    expect(leftOf(before)).toEqual([]);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }

  it('with nothing left of the work it has done', async () => {
    expect(await invoke(60_000)).toEqual([]);
    const { totals } = (await world.storage.sweeps.list('fleet', { limit: 1 }))[0] ?? {};
    expect(totals).toMatchObject({ inactive: 400 });
  });

  it('with nothing left when its time was too short', async () => {
    // So little time is kept for reads and writes that the first batch is stopped before its
    // probes are cut short; the others are given back.
    const all = ['message-0', 'message-1', 'message-2', 'message-3'];
    expect(await invoke(240, 80)).toEqual(all);
    const { sweepId = '' } = world.queue[0] ?? {};
    const deferrals = all.map((id) => world.storage.sweeps.readDeferrals(sweepId, id));
    expect((await Promise.all(deferrals)).map(({ size }) => size)).toEqual([0, 1, 1, 1]);
  });

  it('with nothing left when some writes fail', async () => {
    let rows = 0;
    world.storage.tap('results.put', async (put, result) => {
      if (result.bits === '01') throw new Error('the table is throttled');
      return put(result);
    });
    world.storage.tap('proxies.writeStatus', async (writeStatus, write) => {
      rows += 1;
      if (rows % 20 === 0) throw new Error('the table is throttled');
      return writeStatus(write);
    });
    expect(await invoke(60_000)).toHaveLength(4);
  });

  it('with nothing left when what it has no time for cannot be given back', async () => {
    world.storage.tap('sweeps.noteDeferral', () => Promise.reject(new Error('it is throttled')));
    hide = () => Promise.reject(new Error('the queue is down'));
    // A quarter of 9.2 s is kept for reads and writes, so 2.7 s leave room for one wave.
    const failed = await invoke(2_700, 9_200);
    expect(failed).toContain('message-3');
    expect(failed).not.toContain('message-0');
  });
});
