import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Clock, systemClock } from '../clock.ts';
import { DynamoDbLeases } from './dynamodb/dynamodb-leases.ts';
import { DynamoDbPolicies } from './dynamodb/dynamodb-policies.ts';
import { DynamoDbPools } from './dynamodb/dynamodb-pools.ts';
import { DynamoDbProxies } from './dynamodb/dynamodb-proxies.ts';
import { DynamoDbLeaseKeys, DynamoDbSweepKeys } from './dynamodb/dynamodb-request-keys.ts';
import { DynamoDbResults } from './dynamodb/dynamodb-results.ts';
import { DynamoDbSweeps } from './dynamodb/dynamodb-sweeps.ts';
import type { TableNames } from './dynamodb-tables.ts';
import type { LeaseKeyStorage } from './lease-key-storage.ts';
import type { LeaseStorage } from './lease-storage.ts';
import type { PolicyStorage } from './policy-storage.ts';
import type { PoolStorage } from './pool-storage.ts';
import type { ProxyStorage } from './proxy-storage.ts';
import type { ResultStorage } from './result-storage.ts';
import type { Storage } from './storage.ts';
import type { SweepKeyStorage } from './sweep-key-storage.ts';
import type { SweepStorage } from './sweep-storage.ts';

export { createRetryStrategy, type RetryOptions } from './dynamodb/retry-strategy.ts';
export { TABLE_DEFINITIONS, type TableNames, TTL_ATTRIBUTE } from './dynamodb-tables.ts';

/** The client, the tables and the clock of a `DynamoDbStorage`. */
export interface DynamoDbStorageOptions {
  /** Should use `createRetryStrategy`; the caller destroys it. */
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
  /** Decides whether an item has expired. @default the system clock */
  readonly clock?: Clock;
}

/** Keeps everything in four DynamoDB tables; `dynamodb-tables.ts` has their shapes. */
export class DynamoDbStorage implements Storage {
  readonly pools: PoolStorage;
  readonly policies: PolicyStorage;
  readonly proxies: ProxyStorage;
  readonly leases: LeaseStorage;
  readonly leaseKeys: LeaseKeyStorage;
  readonly results: ResultStorage;
  readonly sweeps: SweepStorage;
  readonly sweepKeys: SweepKeyStorage;

  constructor({ client, tables, clock = systemClock }: DynamoDbStorageOptions) {
    const db = {
      client: DynamoDBDocumentClient.from(client, {
        // A map with a key named `constructor`, such as header fields, looks like a class instance.
        marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true },
      }),
      tables,
      clock,
    };
    this.pools = new DynamoDbPools(db);
    this.policies = new DynamoDbPolicies(db);
    this.proxies = new DynamoDbProxies(db);
    this.leases = new DynamoDbLeases(db);
    this.leaseKeys = new DynamoDbLeaseKeys(db);
    this.results = new DynamoDbResults(db);
    this.sweeps = new DynamoDbSweeps(db);
    this.sweepKeys = new DynamoDbSweepKeys(db);
  }
}
