import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { chunksOf } from '../../src/async/iterables.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../src/model/sweep-limits.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { runTick } from '../../src/sweeps/start/run-tick.ts';
import { FAR_FUTURE_SECONDS, makePool, makeSweepId } from '../support/factories.ts';
import { FakeClock, TEST_TIME } from '../support/fakes/fake-clock.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';

/** More than the patrol sees at a time. */
const MANY = 6000;

describe('the register of pools', () => {
  const database = useDynamoDb();

  async function open() {
    const clock = new FakeClock();
    const tables = await database.createTables();
    const openStorage = await database.openStorage({ tables });
    const documents = DynamoDBDocumentClient.from(database.client);
    /** Stores pools as an earlier version did. */
    const putOld = (pool: Parameters<typeof makePool>[0]) => {
      const { riseFall, batchBitCounts, ...plain } = makePool(pool);
      const Item = { ...plain, ...riseFall, batchBitsUsed: batchBitCounts };
      return documents.send(new PutCommand({ TableName: tables.pools, Item }));
    };
    /** What a tick reads first; the patrol comes after it. */
    const entries = async () => {
      const query = new QueryCommand({
        TableName: tables.sweeps,
        KeyConditionExpression: 'sweepId = :list',
        ExpressionAttributeValues: { ':list': 'pools-tended' },
      });
      return (await documents.send(query)).Items;
    };
    return { clock, tables, documents, entries, putOld, start: () => openStorage(clock) };
  }

  it('finds the pools that an earlier version has stored, at once', async () => {
    const { putOld, start } = await open();
    await putOld({ poolName: 'due', intervalSeconds: 60 });
    await putOld({ poolName: 'idle' });
    await putOld({ poolName: 'stuck', runningSweepId: makeSweepId(1) });
    await putOld({ poolName: 'inline-1', expiresAtEpochSeconds: FAR_FUTURE_SECONDS });
    expect(await listed(start())).toEqual(['due', 'idle', 'stuck']);
    const storage = start();
    for (const _tick of [1, 2]) expect((await tended(storage)).sort()).toEqual(['due', 'stuck']);
    // Stored by an earlier version after an upgrade and a rollback.
    await putOld({ poolName: 'later', intervalSeconds: 120 });
    expect(await tended(storage)).toContain('later');
    expect(await listed(storage)).toContain('later');
  });

  it('keeps no entries of inline lists that are no longer swept', async () => {
    const { clock, entries, start } = await open();
    const storage = start();
    const expiry = { expiresAtEpochSeconds: FAR_FUTURE_SECONDS };
    for (let n = 0; n < 9; n++) {
      const inline = { poolName: `inline-${n}`, ...expiry };
      await storage.pools.create(makePool(inline));
      await storage.pools.claim({ ...inline, sweepId: makeSweepId(n), batchBitCounts: [0] });
    }
    expect(await tended(storage)).toHaveLength(9);
    for (let n = 1; n < 9; n++) {
      await storage.pools.clearRunningSweep(`inline-${n}`, makeSweepId(n));
    }
    clock.advance(180_000);
    for (const _tick of [1, 2]) expect(await tended(storage)).toEqual(['inline-0']);
    expect(await entries()).toEqual([expect.objectContaining({ part: 'inline-0', ...expiry })]);
  });

  it('keeps a pool that is claimed while a tick is about to forget it', async () => {
    const { clock, entries, start } = await open();
    const storage = start();
    const claim = (order: number) => ({
      poolName: 'fleet',
      sweepId: makeSweepId(order),
      batchBitCounts: [0],
    });
    await storage.pools.create(makePool());
    await storage.pools.claim(claim(1));
    await storage.pools.clearRunningSweep('fleet', makeSweepId(1));
    clock.advance(180_000);
    let claimed: Promise<unknown> | undefined;
    database.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'DeleteItemCommand') {
            claimed = start().pools.claim(claim(2));
            await claimed;
          }
          return next(args);
        },
      { step: 'initialize', name: 'claim-first' },
    );
    expect(await tended(storage)).toEqual([]);
    database.client.middlewareStack.remove('claim-first');
    expect(await claimed).toEqual({ claimed: true });
    expect(await entries()).toMatchObject([{ part: 'fleet' }]);
    expect(await tended(storage)).toEqual(['fleet']);
  });

  it('is not slowed by 6,000 pools of inline lists: a tick takes less than 300 ms', async () => {
    const { clock, tables, documents, start } = await open();
    const storage = start();
    await storage.pools.create(makePool({ intervalSeconds: 60 }));
    const template = makePool({ poolName: 'inline', expiresAtEpochSeconds: FAR_FUTURE_SECONDS });
    await storage.pools.create(template);
    const key = { TableName: tables.pools, Key: { poolName: 'inline' } };
    const { Item } = await documents.send(new GetCommand(key));
    const copies = Array.from({ length: MANY }, (_, n) => ({ ...Item, poolName: `inline-${n}` }));
    for (const chunk of chunksOf(copies, 25)) {
      const RequestItems = {
        [tables.pools]: chunk.map((copy) => ({ PutRequest: { Item: copy } })),
      };
      await documents.send(new BatchWriteCommand({ RequestItems }));
    }
    const limits = DEFAULT_SWEEP_LIMITS;
    const dependencies = { storage, clock, limits, startFanOut: async () => {} };
    const timesMs: number[] = [];
    for (let tick = 0; tick < 5; tick++) {
      const begin = performance.now();
      const entries = await runTick(dependencies, TEST_TIME);
      timesMs.push(performance.now() - begin);
      expect(entries).toEqual([{ poolName: 'fleet', action: 'idle' }]);
    }
    // The shortest: other tests share the machine.
    expect(Math.min(...timesMs)).toBeLessThan(300);
    expect(await listed(storage)).toEqual(['fleet']);
    const swept = Array.from({ length: 9 }, (_, n) => `inline-${n}`);
    for (const poolName of swept) {
      await storage.pools.claim({ poolName, sweepId: makeSweepId(1), batchBitCounts: [0] });
    }
    expect((await tended(storage)).sort()).toEqual(['fleet', ...swept]);
  });

  it('goes round: a pool without an entry is found within as many ticks as its table has pages', async () => {
    const { tables, documents, start } = await open();
    const storage = start();
    const names = Array.from({ length: 1100 }, (_, n) => `inline-${n}`);
    for (const poolName of names) {
      const expiresAtEpochSeconds = FAR_FUTURE_SECONDS;
      await storage.pools.create(makePool({ poolName, expiresAtEpochSeconds }));
    }
    for (const poolName of names.slice(0, 3)) {
      await documents.send(
        new UpdateCommand({
          TableName: tables.pools,
          Key: { poolName },
          UpdateExpression: 'SET runningSweepId = :id',
          ExpressionAttributeValues: { ':id': makeSweepId(1) },
        }),
      );
    }
    for (let tick = 0; tick < 3; tick++) await tended(storage);
    expect((await tended(storage)).sort()).toEqual(names.slice(0, 3));
  });
});

async function listed({ pools }: Storage): Promise<string[]> {
  const names: string[] = [];
  for await (const { poolName } of pools.listByName()) names.push(poolName);
  return names;
}

async function tended({ pools }: Storage): Promise<string[]> {
  const names: string[] = [];
  for await (const { poolName } of pools.listTended()) names.push(poolName);
  return names;
}
