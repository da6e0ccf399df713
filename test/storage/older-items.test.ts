import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LEASING } from '../../src/model/leasing-settings.ts';
import { makePool, makeProxy } from '../support/factories.ts';
import { FakeClock, TEST_TIME } from '../support/fakes/fake-clock.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';

/** Items in the form they had before leases existed. */
describe('items of an earlier version', () => {
  const database = useDynamoDb();

  const createStorage = async () => {
    const tables = await database.createTables();
    const documents = DynamoDBDocumentClient.from(database.client);
    const storage = (await database.openStorage({ tables }))(new FakeClock());
    return { storage, tables, documents };
  };

  it('give a pool without leasing settings the defaults', async () => {
    const { storage, tables, documents } = await createStorage();
    const { leasing: _none, riseFall, batchBitCounts, ...pool } = makePool();
    const item = { ...pool, ...riseFall, batchBitsUsed: batchBitCounts };
    await documents.send(new PutCommand({ TableName: tables.pools, Item: item }));
    expect(await storage.pools.get('fleet')).toEqual(makePool({ leasing: DEFAULT_LEASING }));
  });

  it('read as unused rows and accept reports', async () => {
    const { storage } = await createStorage();
    const proxy = makeProxy(0);
    await storage.proxies.insert('fleet', [proxy], { maxConcurrency: null });
    const row = await storage.proxies.get('fleet', proxy.id);
    const none = { ok: 0, slow: 0, blocked: 0, failed: 0 };
    expect(row).toMatchObject({ uses: none, blocks: {} });
    const use = { outcome: 'blocked', targetHost: 'shop.example', at: TEST_TIME } as const;
    expect(await storage.leases.recordUse('fleet', proxy.id, use)).toEqual(row);
    expect(
      await storage.leases.recordUse('fleet', proxy.id, { outcome: 'ok', at: 1 }),
    ).not.toBeNull();
    const after = await storage.proxies.get('fleet', proxy.id);
    expect(after).toMatchObject({
      uses: { ...none, ok: 1, blocked: 1 },
      blocks: { 'shop.example': TEST_TIME },
    });
  });
});
