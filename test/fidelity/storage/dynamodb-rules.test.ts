import { describe } from 'vitest';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { connectDynamoDb } from '../../support/storage/start-dynamodb.ts';
import { describeWith } from '../support/describe-with.ts';
import { startMoto } from '../support/emulators.ts';
import { type Deviations, rulesWith } from '../support/rules.ts';
import { PYTHON_TOOLS } from '../tools/tools.ts';
import { describeDynamoDbRules } from './dynamodb-rules.ts';

const OF_DYNALITE: Deviations = {
  'returns, when asked, the item on which a condition failed':
    'dynalite names no item in the error; the storage rereads it',
  'takes the attribute of the tables as their time to live':
    'dynalite has no time to live; the local stack deletes what has expired',
  'counts a changed key of an index as two writes more':
    "dynalite does not count an index's writes; the cost model adds them",
};

const OF_MOTO: Deviations = {
  'refuses a value that no expression uses':
    'moto takes it; `request-limits.ts` finds it in every request of the contract',
  'refuses an item of more than 400 KB': 'moto refuses 405,000 bytes already; AWS 409,601',
  'refuses more than 25 writes in one call': 'moto takes 26 as well',
  'counts a write by the size of the item, and a read by half of that':
    'moto counts every write as one unit',
  'counts a changed key of an index as two writes more': 'moto counts an update as half a unit',
};

describe('dynalite, the embedded DynamoDB', () => {
  const database = useDynamoDb();
  describeDynamoDbRules(database, rulesWith(OF_DYNALITE));
});

describeWith([PYTHON_TOOLS], "moto's DynamoDB", () => {
  const database = useDynamoDb(async () => {
    const moto = await startMoto();
    return connectDynamoDb(moto.url, () => moto.stop());
  });
  describeDynamoDbRules(database, rulesWith(OF_MOTO));
});
