import { afterAll, beforeAll, describe } from 'vitest';
import { DynamoDbStorage } from '../../src/storage/dynamodb.ts';
import { MemoryStorage } from '../../src/storage/memory-storage.ts';
import { startDynamoDb, type TestDynamoDb } from '../support/storage/dynamodb.ts';
import { describeStorageContract } from '../support/storage-contract/storage-contract.ts';

describe('MemoryStorage', () => {
  describeStorageContract(async (clock) => new MemoryStorage({ clock }));
});

describe('DynamoDbStorage', () => {
  let database: TestDynamoDb;

  beforeAll(async () => {
    database = await startDynamoDb();
  });

  afterAll(async () => {
    await database[Symbol.asyncDispose]();
  });

  describeStorageContract(async (clock) => {
    const tables = await database.createTables();
    return new DynamoDbStorage({ client: database.client, tables, clock });
  });
});
