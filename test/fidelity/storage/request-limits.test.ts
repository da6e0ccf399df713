import { describe, expect, it } from 'vitest';
import { findBrokenLimits } from './request-limits.ts';

describe('the limits that requests are checked against', () => {
  it.each([
    [
      'a consistent read of an index',
      { IndexName: 'by-pool', ConsistentRead: true },
      'Query reads the index by-pool consistently',
    ],
    [
      'an expression of more than 4 KB',
      { ConditionExpression: 'x'.repeat(4_097) },
      'Query has a ConditionExpression of 4097 bytes',
    ],
    [
      'more than 100 values after IN',
      { FilterExpression: `a IN (${Array(101).fill('b').join(', ')})` },
      'Query compares with 101 values in a FilterExpression',
    ],
    [
      'a value that no expression uses',
      { FilterExpression: 'a = :b', ExpressionAttributeValues: { ':b': {}, ':c': {} } },
      'Query defines :c, which no expression uses',
    ],
    [
      'a time to live that is text',
      { Item: { expiresAtEpochSeconds: { S: '1' } } },
      'Query has the time to live {"S":"1"}, no epoch seconds',
    ],
    [
      'a time to live in milliseconds',
      { Item: { expiresAtEpochSeconds: { N: '1767225600000' } } },
      'Query has the time to live {"N":"1767225600000"}, no epoch seconds',
    ],
  ])('are broken by %s', (_title, body, found) => {
    expect(findBrokenLimits({ operation: 'Query', body })).toEqual([found]);
  });

  it('are kept by a query as the storage makes it', () => {
    const body = {
      IndexName: 'by-pool',
      KeyConditionExpression: '#pool = :pool',
      ExpressionAttributeNames: { '#pool': 'poolName' },
      ExpressionAttributeValues: { ':pool': { S: 'fleet' } },
      Item: { expiresAtEpochSeconds: { N: '1767225600' } },
    };
    expect(findBrokenLimits({ operation: 'Query', body })).toEqual([]);
  });
});
