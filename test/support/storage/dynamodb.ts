import { afterAll, beforeAll } from 'vitest';
import { startDynamoDb, type TestDynamoDb } from './start-dynamodb.ts';

/**
 * The DynamoDB of a test file or a `describe`: up before its tests, down after them.
 *
 * @param start @default the embedded one
 */
export function useDynamoDb(
  start: () => Promise<TestDynamoDb & AsyncDisposable> = startDynamoDb,
): TestDynamoDb {
  let database: TestDynamoDb & AsyncDisposable;
  beforeAll(async () => {
    database = await start();
  });
  afterAll(() => database?.[Symbol.asyncDispose]());
  return {
    get client() {
      return database.client;
    },
    get endpoint() {
      return database.endpoint;
    },
    createTables: () => database.createTables(),
    openStorage: (options) => database.openStorage(options),
  };
}
