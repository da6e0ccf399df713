/** The four tables, named for what they hold. */
export type TableName = 'pools' | 'proxies' | 'results' | 'sweeps';

/** The deployed name of each table. */
export type TableNames = Readonly<Record<TableName, string>>;

/** A secondary index; both of its keys are strings. */
interface TableIndex {
  readonly indexName: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  /** The attributes it copies besides the keys, or all of them. */
  readonly projection: 'ALL' | readonly string[];
}

/** The shape of a table; all keys are strings. */
export interface TableDefinition {
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly index?: TableIndex;
}

/** Finds the rows of one status without a scan of the pool. */
export const BY_STATUS_INDEX = 'by-status';

/** Finds a pool's sweeps by time. It is sparse: only summaries have a `poolName`. */
export const BY_POOL_INDEX = 'by-pool';

/** The attribute that DynamoDB's time-to-live deletion reads, in every table. */
export const TTL_ATTRIBUTE = 'expiresAtEpochSeconds';

/** The shapes of the tables; the stack and the tests create the tables from them. */
export const TABLE_DEFINITIONS: Readonly<Record<TableName, TableDefinition>> = {
  pools: { partitionKey: 'poolName' },
  proxies: {
    partitionKey: 'poolName',
    sortKey: 'proxyId',
    index: {
      indexName: BY_STATUS_INDEX,
      partitionKey: 'poolStatus',
      sortKey: 'proxyId',
      projection: ['proxyUrl', 'statusSince'],
    },
  },
  results: { partitionKey: 'batchKey', sortKey: 'sweepId' },
  sweeps: {
    partitionKey: 'sweepId',
    sortKey: 'part',
    index: {
      indexName: BY_POOL_INDEX,
      partitionKey: 'poolName',
      sortKey: 'sweepId',
      projection: 'ALL',
    },
  },
};
