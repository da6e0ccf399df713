import { describe } from 'vitest';
import { MemoryStorage } from '../../src/storage/memory-storage.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { describeStorageContract } from '../support/storage-contract/storage-contract.ts';

describe('MemoryStorage', () => {
  describeStorageContract(async (clock) => new MemoryStorage({ clock }));
});

describe('DynamoDbStorage', () => {
  const database = useDynamoDb();

  describeStorageContract(async (clock) => (await database.openStorage())(clock));
});
