import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Clock, systemClock } from '../clock.ts';
import { ComposedStorage } from './composed-storage.ts';
import { DynamoDbLeaseKeys } from './dynamodb/dynamodb-lease-keys.ts';
import { DynamoDbLeases } from './dynamodb/dynamodb-leases.ts';
import { DynamoDbPools } from './dynamodb/dynamodb-pools.ts';
import { DynamoDbProxies } from './dynamodb/dynamodb-proxies.ts';
import { DynamoDbResults } from './dynamodb/dynamodb-results.ts';
import { DynamoDbSweeps } from './dynamodb/dynamodb-sweeps.ts';
import type { TableNames } from './dynamodb-tables.ts';

export { createRetryStrategy, type RetryOptions } from './dynamodb/retry-strategy.ts';
export { TABLE_DEFINITIONS, type TableNames, TTL_ATTRIBUTE } from './dynamodb-tables.ts';

export interface DynamoDbStorageOptions {
  /** Best made with `createRetryStrategy`; the caller destroys it. */
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
  /** What decides whether an item has expired. @default the machine's */
  readonly clock?: Clock;
}

/** Everything in four DynamoDB tables; `dynamodb-tables.ts` has their shapes. */
export class DynamoDbStorage extends ComposedStorage {
  constructor({ client, tables, clock = systemClock }: DynamoDbStorageOptions) {
    const db = {
      client: DynamoDBDocumentClient.from(client, {
        marshallOptions: { removeUndefinedValues: true },
      }),
      tables,
      clock,
    };
    super({
      pools: new DynamoDbPools(db),
      proxies: new DynamoDbProxies(db),
      leases: new DynamoDbLeases(db),
      leaseKeys: new DynamoDbLeaseKeys(db),
      results: new DynamoDbResults(db),
      sweeps: new DynamoDbSweeps(db),
    });
  }
}
