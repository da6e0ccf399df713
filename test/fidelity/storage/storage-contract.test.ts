import { describe, expect, it } from 'vitest';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { connectDynamoDb } from '../../support/storage/start-dynamodb.ts';
import { describeStorageContract } from '../../support/storage-contract/storage-contract.ts';
import { describeWith } from '../support/describe-with.ts';
import { startMoto } from '../support/emulators.ts';
import { oneAtATime } from '../support/one-at-a-time.ts';
import { PYTHON_TOOLS } from '../tools/tools.ts';
import { findBrokenLimits } from './request-limits.ts';

describeWith([PYTHON_TOOLS], "DynamoDbStorage on moto's DynamoDB", () => {
  const operations = new Set<string>();
  const broken: string[] = [];
  const database = useDynamoDb(async () => {
    const moto = await oneAtATime(await startMoto(), (request) => {
      operations.add(request.operation);
      broken.push(...findBrokenLimits(request));
    });
    return connectDynamoDb(moto.url, () => moto.stop());
  });

  describeStorageContract(async (clock) => (await database.openStorage())(clock));

  describe('the requests of all these tests', () => {
    it('keep within the limits of DynamoDB that emulators do not know', () => {
      expect([...operations].sort()).toEqual(
        expect.arrayContaining(['PutItem', 'GetItem', 'UpdateItem', 'Query', 'BatchWriteItem']),
      );
      expect(broken).toEqual([]);
    });
  });
});
