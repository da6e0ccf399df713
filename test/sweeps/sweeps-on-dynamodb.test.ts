import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbStorage } from '../../src/storage/dynamodb.ts';
import { checkBatches } from '../../src/sweeps/check-batches.ts';
import { readProxyHistory } from '../../src/sweeps/proxy-history.ts';
import { readProxyViews } from '../../src/sweeps/proxy-views.ts';
import { readSweepReport } from '../../src/sweeps/sweep-report.ts';
import { readSweepResults } from '../../src/sweeps/sweep-results.ts';
import { auditSweep } from '../support/audit-sweep.ts';
import { startDynamoDb, type TestDynamoDb } from '../support/dynamodb.ts';
import { FakeChecker, type Finding } from '../support/fake-checker.ts';
import { TEST_TIME } from '../support/fake-clock.ts';
import { SweepWorld } from '../support/sweep-world.ts';

const DOWN: Finding = { status: 'inactive', failure: 'timeout', failedPhase: 'connect' };

describe('sweeps on DynamoDB', () => {
  let database: TestDynamoDb;

  beforeAll(async () => {
    database = await startDynamoDb();
  });

  afterAll(async () => {
    await database[Symbol.asyncDispose]();
  });

  async function createWorld(): Promise<SweepWorld> {
    const { client } = database;
    const tables = await database.createTables();
    return new SweepWorld((clock) => new DynamoDbStorage({ client, tables, clock }));
  }

  it('account for every proxy, and everything reads back', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(400);
    const dead = new Set(proxyIds.filter((_, index) => index % 4 === 0));
    world.checker.finding = ({ id }) => (dead.has(id) ? DOWN : {});
    const { sweepId } = await world.sweep();
    await auditSweep(world.storage, sweepId, { proxyIds });
    const report = await readSweepReport(world, sweepId);
    expect(report).toMatchObject({
      state: 'complete',
      totals: { proxies: 400, active: 300, inactive: 100 },
      failures: [{ code: 'timeout', blame: 'proxy', count: 100 }],
    });
    const { results } = await readSweepResults(world, sweepId, { limit: 1000 });
    expect(results.map(({ proxyId }) => proxyId)).toEqual(proxyIds);
    const inactive = await readProxyViews(world, 'fleet', { status: 'inactive', limit: 1000 });
    expect(inactive.proxies.map(({ proxyId }) => proxyId)).toEqual([...dead]);
    const history = await readProxyHistory(world, 'fleet', proxyIds[0] ?? '', { limit: 5 });
    expect(history).toMatchObject([{ sweepId, status: 'inactive', failure: 'timeout' }]);
  });

  it('count batches delivered twice, in turn and at once, once', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(60);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const rival = new FakeChecker();
    rival.finding = () => DOWN;
    const invocation = { remainingMs: world.remainingMs, signal: new AbortController().signal };
    const messages = [...world.queue];
    const outcomes = await Promise.all([
      world.check(messages),
      checkBatches({ ...world, checker: rival }, messages, invocation),
    ]);
    expect([...outcomes, await world.check(messages)].flat()).toEqual(['done', 'done', 'done']);
    await auditSweep(world.storage, sweepId, { proxyIds });
    const stored = await world.storage.getBatchResult('fleet', '*', sweepId);
    for (const row of await world.rows()) {
      expect(row.status).toBe(stored?.results.get(row.proxy.id)?.status);
    }
  });

  it('start once when two ticks fire at once', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(20, { intervalSeconds: 60 });
    await Promise.all([1, 2, 3].map(() => world.tick(TEST_TIME)));
    const sweeps = await world.storage.listSweeps('fleet', { limit: 9 });
    expect(sweeps).toHaveLength(1);
    await world.deliver(1);
    await auditSweep(world.storage, sweeps[0]?.sweepId ?? '', { proxyIds });
  });

  it('close incomplete, and take a late batch without touching rows', async () => {
    const world = await createWorld();
    const proxyIds = await world.fill(250, { batchBitCounts: [1] });
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const [first, second] = world.queue.splice(0);
    if (!first || !second) throw new Error('expected two batches');
    await world.check([first]);
    world.clock.advance(3_600_000);
    await world.tick();
    const newer = await world.sweep();
    const rows = await world.rows();
    world.checker.finding = () => DOWN;
    expect(await world.check([second])).toEqual(['done']);
    expect(await world.rows()).toEqual(rows);
    expect((await readSweepReport(world, sweepId)).batches).toMatchObject({ late: 1, missing: [] });
    await auditSweep(world.storage, sweepId, { proxyIds });
    await auditSweep(world.storage, newer.sweepId, { proxyIds });
  });
});
