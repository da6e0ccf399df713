import {
  BatchWriteItemCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { BY_STATUS_INDEX, TTL_ATTRIBUTE } from '../../../src/storage/dynamodb-tables.ts';
import type { TestDynamoDb } from '../../support/storage/start-dynamodb.ts';
import type { Rule } from '../support/rules.ts';

const KEY = { poolName: { S: 'fleet' }, proxyId: { S: 'a' } };
const ROW = { ...KEY, poolStatus: { S: 'fleet#active#0' } };
const INVALID = { name: 'ValidationException' };

/** What the storage, and the cost model, assume of DynamoDB beyond the storage's contract. */
export function describeDynamoDbRules(database: TestDynamoDb, rule: Rule): void {
  const setUp = async () => {
    const { proxies } = await database.createTables();
    return { TableName: proxies, send: database.client.send.bind(database.client) };
  };
  describeReads(rule, setUp);
  describeLimits(rule, setUp);
  describeUnits(rule, setUp);
}

type SetUp = () => Promise<{
  readonly TableName: string;
  readonly send: DynamoDBClient['send'];
}>;

function describeReads(rule: Rule, setUp: SetUp): void {
  rule('refuses a consistent read of an index', async () => {
    const { TableName, send } = await setUp();
    const query = {
      TableName,
      IndexName: BY_STATUS_INDEX,
      KeyConditionExpression: 'poolStatus = :status',
      ExpressionAttributeValues: { ':status': { S: 'fleet#active#0' } },
    };
    await send(new PutItemCommand({ TableName, Item: ROW }));
    expect((await send(new QueryCommand(query))).Count).toBe(1);
    await expect(send(new QueryCommand({ ...query, ConsistentRead: true }))).rejects.toMatchObject(
      INVALID,
    );
  });

  rule('returns, when asked, the item on which a condition failed', async () => {
    const { TableName, send } = await setUp();
    await send(new PutItemCommand({ TableName, Item: ROW }));
    const put = new PutItemCommand({
      TableName,
      Item: ROW,
      ConditionExpression: 'attribute_not_exists(proxyId)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(send(put)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: ROW,
    });
  });

  rule('takes the attribute of the tables as their time to live', async () => {
    const { TableName, send } = await setUp();
    const TimeToLiveSpecification = { AttributeName: TTL_ATTRIBUTE, Enabled: true };
    await send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const { TimeToLiveDescription } = await send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: TTL_ATTRIBUTE });
  });

  rule('returns an item whose time is up until it is deleted', async () => {
    const { TableName, send } = await setUp();
    await send(new PutItemCommand({ TableName, Item: { ...ROW, [TTL_ATTRIBUTE]: { N: '1' } } }));
    expect((await send(new GetItemCommand({ TableName, Key: KEY }))).Item).toBeDefined();
  });
}

function describeLimits(rule: Rule, setUp: SetUp): void {
  rule('refuses a reserved word in an expression, and takes it by a substitute', async () => {
    const { TableName, send } = await setUp();
    const update = {
      TableName,
      Key: KEY,
      UpdateExpression: 'SET status = :value',
      ExpressionAttributeValues: { ':value': { S: 'active' } },
    };
    await expect(send(new UpdateItemCommand(update))).rejects.toMatchObject(INVALID);
    const substituted = {
      ...update,
      UpdateExpression: 'SET #status = :value',
      ExpressionAttributeNames: { '#status': 'status' },
    };
    await send(new UpdateItemCommand(substituted));
  });

  rule('refuses a value that no expression uses', async () => {
    const { TableName, send } = await setUp();
    const put = new PutItemCommand({
      TableName,
      Item: ROW,
      ConditionExpression: 'attribute_not_exists(proxyId)',
      ExpressionAttributeValues: { ':unused': { S: 'x' } },
    });
    await expect(send(put)).rejects.toMatchObject(INVALID);
  });

  rule('refuses an item of more than 400 KB', async () => {
    const { TableName, send } = await setUp();
    const put = (bytes: number) =>
      send(new PutItemCommand({ TableName, Item: { ...ROW, words: { S: 'x'.repeat(bytes) } } }));
    await put(400 * 1024 - 100);
    await expect(put(400 * 1024)).rejects.toMatchObject(INVALID);
  });

  rule('refuses more than 25 writes in one call', async () => {
    const { TableName, send } = await setUp();
    const write = (count: number) => {
      const rows = Array.from({ length: count }, (_, index) => ({
        PutRequest: { Item: { ...ROW, proxyId: { S: `p${index}` } } },
      }));
      return send(new BatchWriteItemCommand({ RequestItems: { [TableName]: rows } }));
    };
    await write(25);
    await expect(write(26)).rejects.toMatchObject(INVALID);
  });
}

function describeUnits(rule: Rule, setUp: SetUp): void {
  rule('counts a write by the size of the item, and a read by half of that', async () => {
    const { TableName, send } = await setUp();
    const { poolStatus: _sparse, ...Item } = { ...ROW, words: { S: 'x'.repeat(4_500) } };
    const counted = { TableName, ReturnConsumedCapacity: 'TOTAL' as const };
    const put = await send(new PutItemCommand({ ...counted, Item }));
    expect(put.ConsumedCapacity?.CapacityUnits).toBe(5);
    const get = (ConsistentRead: boolean) =>
      send(new GetItemCommand({ ...counted, Key: KEY, ConsistentRead }));
    expect((await get(true)).ConsumedCapacity?.CapacityUnits).toBe(2);
    expect((await get(false)).ConsumedCapacity?.CapacityUnits).toBe(1);
  });

  rule('counts a changed key of an index as two writes more', async () => {
    const { TableName, send } = await setUp();
    await send(new PutItemCommand({ TableName, Item: ROW }));
    const update = await send(
      new UpdateItemCommand({
        TableName,
        Key: KEY,
        UpdateExpression: 'SET poolStatus = :status',
        ExpressionAttributeValues: { ':status': { S: 'fleet#slow#0' } },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    expect(update.ConsumedCapacity?.CapacityUnits).toBe(3);
  });
}
