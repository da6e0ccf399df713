import { describe, expect, it } from 'vitest';
import type { TableName } from '../../src/storage/dynamodb-tables.ts';
import { unitsOf } from '../support/wire/consumed-units.ts';
import { IndexLedger } from '../support/wire/index-writes.ts';
import { itemSize } from '../support/wire/item-size.ts';

const ROW = { poolName: { S: 'fleet' }, proxyId: { S: 'a' } };

function put(item: object, units = 1) {
  return { operation: 'PutItem', tableName: '', input: { Item: item }, units, bytes: 0 };
}

function update(key: object, set: readonly string[], units = 1) {
  const names = set.map((name, index) => [`#u${index}`, name]);
  const assigned = names.map(([placeholder], index) => `${placeholder} = :u${index}`);
  const input = {
    Key: key,
    UpdateExpression: `SET ${assigned.join(', ')}`,
    ConditionExpression: '#c = :c',
    ExpressionAttributeNames: { ...Object.fromEntries(names), '#c': 'poolStatus' },
  };
  return { operation: 'UpdateItem', tableName: '', input, units, bytes: 0 };
}

/** What the index takes of each of some calls. */
function ledger(table: TableName, ...calls: readonly ReturnType<typeof put | typeof update>[]) {
  const indexes = new IndexLedger();
  return calls.map((call) => indexes.unitsOf(table, call));
}

describe('the writes of an index', () => {
  it('are one for an item that enters, two for a changed key, none for what is not copied', () => {
    const item = { ...ROW, poolStatus: { S: 'fleet#unknown#a' }, proxyUrl: { S: 'http://h:1' } };
    const calls = [
      put(item),
      update(ROW, ['streak', 'rowSweepId']),
      update(ROW, ['status', 'poolStatus', 'statusSince']),
      update(ROW, ['statusSince']),
    ];
    expect(ledger('proxies', ...calls)).toEqual([1, 0, 2, 1]);
  });

  it('are as large as the item where all of it is copied, and none for items without the key', () => {
    const summary = { sweepId: { S: 's' }, part: { S: 'summary' }, poolName: { S: 'fleet' } };
    const part = { sweepId: { S: 's' }, part: { S: 'ledger#0' } };
    const key = { sweepId: { S: 's' }, part: { S: 'summary' } };
    const calls = [put(summary), update(key, ['state'], 3), put(part), update(part, ['b0'])];
    expect(ledger('sweeps', ...calls)).toEqual([1, 3, 0, 0]);
  });

  it('count by the size of what is copied alone', () => {
    const item = { ...ROW, poolStatus: { S: 's' }, proxyUrl: { S: 'u'.repeat(1500) } };
    const large = { ...ROW, poolStatus: { S: 's' }, labels: { S: 'l'.repeat(5000) } };
    expect(ledger('proxies', put(item), put(large))).toEqual([2, 1]);
  });

  it('are none for a table without an index', () => {
    expect(ledger('results', put({ batchKey: { S: 'fleet#0' } }))).toEqual([0]);
  });
});

describe('request units', () => {
  it('are paid for a failed condition and for a read that finds nothing', () => {
    const refused = { __type: 'com.amazonaws.dynamodb#ConditionalCheckFailedException' };
    expect(unitsOf('PutItem', {}, refused)).toBe(1);
    const nothing = { ConsumedCapacity: { CapacityUnits: 0 } };
    expect(unitsOf('Query', { ConsistentRead: true }, nothing)).toBe(1);
    expect(unitsOf('Scan', {}, nothing)).toBe(0.5);
    const some = { ConsumedCapacity: [{ CapacityUnits: 2 }, { CapacityUnits: 3 }] };
    expect(unitsOf('BatchGetItem', {}, some)).toBe(5);
  });
});

describe('the size of an item', () => {
  it('follows the rules of AWS for each type', () => {
    expect(itemSize({ name: { S: 'åb' } })).toBe(7);
    expect(itemSize({ n: { N: '1234' }, b: { BOOL: true }, z: { NULL: true } })).toBe(8);
    expect(itemSize({ m: { M: { a: { S: 'bc' } } }, l: { L: [{ S: 'x' }] } })).toBe(1 + 7 + 1 + 5);
    expect(itemSize({ s: { SS: ['ab', 'cd'] } })).toBe(5);
  });
});
