import { describe, expect, it } from 'vitest';
import { checkBatches } from '../../../src/sweeps/check/check-batches.ts';
import { readSweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { FakeChecker, type Finding } from '../../support/fakes/fake-checker.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const DOWN: Finding = { status: 'inactive', failure: 'timeout', failedPhase: 'connect' };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const database = useDynamoDb();

async function createWorld(): Promise<SweepWorld> {
  return new SweepWorld(await database.openStorage());
}

describe('FAULTS 30: messages delivered twice', () => {
  it('in turn and at once are counted once', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(60);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const rival = new FakeChecker();
    rival.finding = () => DOWN;
    const invocation = world.invocation();
    const messages = [...world.queue];
    const outcomes = await Promise.all([
      world.check(messages),
      checkBatches({ ...world, checker: rival }, messages, invocation),
    ]);
    expect([...outcomes, await world.check(messages)].flat()).toEqual(['done', 'done', 'done']);
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds,
      acknowledged: ['*'],
    });
    const stored = await world.storage.results.get('fleet', '*', sweepId);
    for (const row of await world.rows()) {
      expect(row.status).toBe(stored?.results.get(row.proxy.id)?.status);
    }
  });

  it('at once, and the second takes what the first has stored', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(60);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const messages = [...world.queue];
    const rival = new FakeChecker();
    rival.finding = () => DOWN;
    const invocation = world.invocation();
    world.storage.justBefore('results.put', () =>
      checkBatches({ ...world, checker: rival }, messages, invocation),
    );
    expect(await world.check(messages)).toEqual(['done']);
    expect([world.checker.probed.length, rival.probed.length]).toEqual([60, 60]);
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds,
      acknowledged: ['*'],
    });
    expect((await world.current(sweepId)).totals).toMatchObject({ inactive: 60 });
    for (const row of await world.rows()) expect(row.status).toBe('inactive');
  });

  it('while the sweep runs are one verdict towards rise and fall', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(200, {
      batchBitCounts: [1],
      riseFall: { rise: 1, fall: 2 },
    });
    await world.sweep();
    world.clock.advance(MINUTE_MS);
    world.checker.finding = () => DOWN;
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const [first] = world.queue;
    for (let delivery = 0; delivery < 3; delivery++) await world.check(first ? [first] : []);
    await world.deliver();
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds,
      acknowledged: ['0', '1'],
    });
    for (const row of await world.rows()) {
      expect(row).toMatchObject({ status: 'active', streak: { verdict: 'inactive', count: 1 } });
    }
  });

  it('and again when the sweep is over change neither verdicts nor rows', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(200, { batchBitCounts: [1] });
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const messages = [...world.queue];
    await world.deliver();
    const before = [await world.rows(), await world.current(sweepId)];
    world.checker.finding = () => DOWN;
    expect(await world.check(messages)).toEqual(['done', 'done']);
    expect([await world.rows(), await world.current(sweepId)]).toEqual(before);
    expect(world.checker.probed).toHaveLength(200);
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds,
      acknowledged: ['0', '1'],
    });
  });
});

describe('FAULTS 33: ticks at once', () => {
  it('and again for one minute start one sweep of every pool that is due', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(20, { intervalSeconds: 60 });
    await Promise.all([1, 2, 3].map(() => world.tick(TEST_TIME)));
    await world.tick(TEST_TIME);
    const sweeps = await world.storage.sweeps.list('fleet', { limit: 9 });
    expect(sweeps).toHaveLength(1);
    await world.deliver(1);
    await world.tick(TEST_TIME);
    await auditSweep(world.storage, sweeps[0]?.sweepId ?? '', { events: world.events, proxyIds });
    expect(await world.storage.sweeps.list('fleet', { limit: 9 })).toHaveLength(1);
  });

  it('that find a sweep overdue close it once', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(200, { batchBitCounts: [1] });
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    await world.check(world.queue.splice(0, 1));
    world.clock.advance(HOUR_MS);
    const entries = await Promise.all([1, 2, 3].map(() => world.tick()));
    expect(entries.flat().filter(({ error }) => error)).toEqual([]);
    expect(await world.current(sweepId)).toMatchObject({
      state: 'incomplete',
      missingBatches: ['1'],
    });
    const causes = { 1: 'its message was not delivered' };
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds, causes });
  });
});

describe('FAULTS 36: a batch of an older sweep', () => {
  const LOST = { '01': 'its message was not delivered', 11: 'its message was not delivered' };

  /** A sweep of four batches: the first is checked, the others are still on their way. */
  async function sweepInPart(world: SweepWorld) {
    const proxyIds = await world.fill(440, { batchBitCounts: [2] });
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const [first, late] = world.queue.splice(0);
    if (!first || !late) throw new Error('expected four batches');
    await world.check([first]);
    world.clock.advance(HOUR_MS);
    return { proxyIds, sweepId, late };
  }

  it('that comes after a newer sweep is recorded, and the status stays the newer one', async () => {
    const world = await createWorld();
    const { proxyIds, sweepId, late } = await sweepInPart(world);
    await world.tick();
    const newer = await world.sweep();
    const rows = await world.rows();
    world.checker.finding = () => DOWN;
    expect(await world.check([late])).toEqual(['done']);
    expect(await world.rows()).toEqual(rows);
    expect((await readSweepReport(world, sweepId)).batches).toMatchObject({
      late: 1,
      missing: ['01', '11'],
    });
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds,
      acknowledged: ['00', '10'],
      causes: LOST,
    });
    await auditSweep(world.storage, newer.sweepId, { events: world.events, proxyIds });
  });

  it('that comes while the tick closes its sweep is in the totals', async () => {
    const world = await createWorld();
    const { proxyIds, sweepId, late } = await sweepInPart(world);
    world.storage.justBefore('sweeps.close', () => world.check([late]));
    await world.tick();
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds,
      acknowledged: ['00', '10'],
      causes: LOST,
    });
  });

  it('whose sweep is closed before it is in the ledger is in the totals', async () => {
    const world = await createWorld();
    const { proxyIds, sweepId, late } = await sweepInPart(world);
    world.storage.justBefore('sweeps.recordBatch', () => world.tick());
    expect(await world.check([late])).toEqual(['done']);
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds,
      acknowledged: ['00', '10'],
      causes: LOST,
    });
  });
});
