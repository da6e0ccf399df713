import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProxyViews } from '../../../src/pools/proxy-views.ts';
import { readSweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { makePool } from '../../support/factories.ts';
import type { Finding } from '../../support/fakes/fake-checker.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { type FaultyEndpoint, startFaultyEndpoint } from '../../support/storage/faulty-endpoint.ts';
import { createTestClient } from '../../support/storage/start-dynamodb.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const DOWN: Finding = { status: 'inactive', failure: 'refused' };

/** Whether a call writes the status of a row. */
function isRowWrite({ action, body }: { readonly action: string; readonly body: unknown }) {
  return action === 'UpdateItem' && 'proxyId' in Object(Object(body).Key);
}

describe('FAULTS 34: a database that fails', () => {
  const database = useDynamoDb();
  let faulty: FaultyEndpoint;
  let client: DynamoDBClient;
  let world: SweepWorld;

  beforeEach(async () => {
    faulty = await startFaultyEndpoint(database.endpoint);
    client = createTestClient(faulty.endpoint, { maxAttempts: 20, maxDelayMs: 50 });
    world = new SweepWorld(await database.openStorage({ client }));
  });

  afterEach(async () => {
    client.destroy();
    await faulty[Symbol.asyncDispose]();
  });

  it('and throttles every call at first loses nothing', async () => {
    const seen = new Set<string>();
    faulty.script = ({ action, body }) => {
      const call = `${action} ${JSON.stringify(body)}`;
      return seen.size === seen.add(call).size ? 'pass' : 'throttle';
    };
    const proxyIds = await world.fill(30);
    const { sweepId, state } = await world.sweep();
    expect(state).toBe('complete');
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
  });

  it('and throttles every second call loses nothing', async () => {
    faulty.script = ({ index }) => (index % 2 === 0 ? 'throttle' : 'pass');
    const proxyIds = await world.fill(200, { batchBitCounts: [1] });
    const { sweepId, state } = await world.sweep();
    expect(state).toBe('complete');
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds,
      acknowledged: ['0', '1'],
    });
  });

  it.each([
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'RequestLimitExceeded',
  ])('and takes no rows now (%s) has them waited for', async (refuse) => {
    client.destroy();
    client = createTestClient(faulty.endpoint, { maxAttempts: 2, baseDelayMs: 1 });
    world = new SweepWorld(await database.openStorage({ client }));
    const proxyIds = await world.fill(40);
    const down = new Set(proxyIds.slice(0, 5));
    world.checker.finding = ({ id }) => (down.has(id) ? DOWN : {});
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);

    // Too little time is left to wait: the batch is given back, with the rows that were taken.
    let left = 15;
    faulty.script = (call) => (isRowWrite(call) && left-- <= 0 ? { refuse } : 'pass');
    world.remainingMs = () => 4_000;
    expect(await world.check(world.queue.splice(0))).toEqual(['deferred']);
    const written = (await world.rows()).filter(({ rowSweepId }) => rowSweepId === sweepId);
    expect(written).toHaveLength(15);
    expect((await world.current(sweepId)).state).toBe('running');

    // Two of three are refused, each of them twice in a row now and then.
    let writes = 0;
    faulty.script = (call) => (isRowWrite(call) && writes++ % 3 > 0 ? { refuse } : 'pass');
    world.remainingMs = () => 60_000;
    await world.deliver();
    expect(writes).toBeGreaterThan(2 * 25);
    expect(world.checker.probed).toHaveLength(40);
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
    for (const { proxy, status } of await world.rows()) {
      expect(status).toBe(down.has(proxy.id) ? 'inactive' : 'active');
    }
  });

  it('and loses the answer to an insert has stored the pool', async () => {
    let lost = 0;
    faulty.script = () => (lost++ === 0 ? 'lose-answer' : 'pass');
    const { poolName } = makePool();
    expect(await world.storage.pools.create(makePool())).toBe(true);
    expect(await world.storage.pools.create(makePool({ salt: 'other' }))).toBe(false);
    expect(await world.storage.pools.get(poolName)).toEqual(makePool());
  });

  it('and loses every fifth answer loses nothing else', async () => {
    faulty.script = ({ index }) => (index % 5 === 0 ? 'lose-answer' : 'pass');
    const proxyIds = await world.fill(30);
    const { sweepId } = await world.start('key').catch(() => world.start('key'));
    await world.startFanOut(sweepId);
    for (let delivery = 0; delivery < 5 && world.queue.length > 0; delivery++) {
      await world.deliver();
    }
    faulty.script = () => 'pass';
    world.clock.advance(60_000);
    await world.tick();
    await world.deliver();
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
    expect((await readSweepReport(world, sweepId)).totals).toMatchObject({ active: 30 });
  });

  it('for longer than calls are repeated sends the message back', async () => {
    const proxyIds = await world.fill(30);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    for (const broken of ['PutItem', 'UpdateItem', 'Query', 'GetItem']) {
      faulty.script = ({ action }) => (action === broken ? 'fail' : 'pass');
      const [outcome] = await world.check(world.queue);
      expect(outcome, broken).toHaveProperty('failed');
    }
    faulty.script = () => 'pass';
    await world.deliver();
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
  });

  it('and leaves keys of a batch unprocessed is asked for them again', async () => {
    const proxyIds = await world.fill(150);
    let asked = 0;
    faulty.script = ({ action, body }) => {
      if (action !== 'BatchGetItem') return 'pass';
      asked += 1;
      const { RequestItems } = body as { RequestItems: Record<string, { Keys: unknown[] }> };
      const [[table, { Keys }] = ['', { Keys: [] }]] = Object.entries(RequestItems);
      const half = Math.ceil(Keys.length / 2);
      return {
        body: { RequestItems: { [table]: { Keys: Keys.slice(0, half) } } },
        change: (answer) => ({
          ...answer,
          UnprocessedKeys: Keys.length > half ? { [table]: { Keys: Keys.slice(half) } } : {},
        }),
      };
    };
    const query = { status: 'unknown', limit: 60 } as const;
    const { proxies } = await readProxyViews(world, 'fleet', query);
    expect(proxies.map(({ proxyId }) => proxyId)).toEqual(proxyIds.slice(0, 60));
    expect(asked).toBeGreaterThan(3);
  });

  it('and never processes the keys of a batch is given up on', async () => {
    await world.fill(3);
    faulty.script = ({ action, body }) =>
      action === 'BatchGetItem'
        ? {
            answer: {
              Responses: {},
              UnprocessedKeys: (body as { RequestItems: unknown }).RequestItems,
            },
          }
        : 'pass';
    const read = readProxyViews(world, 'fleet', { status: 'unknown', limit: 3 });
    await expect(read).rejects.toThrow('unprocessed');
  });
});
