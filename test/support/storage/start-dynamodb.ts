import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
// @ts-expect-error dynalite comes without types
import dynalite from 'dynalite';
import type { Clock } from '../../../src/clock.ts';
import {
  createRetryStrategy,
  DynamoDbStorage,
  type RetryOptions,
} from '../../../src/storage/dynamodb.ts';
import {
  TABLE_DEFINITIONS,
  type TableDefinition,
  type TableName,
  type TableNames,
} from '../../../src/storage/dynamodb-tables.ts';

export interface TestDynamoDb {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  /** Creates four empty tables. */
  createTables(): Promise<TableNames>;
  /**
   * Opens storages, by any clock.
   *
   * @param tables @default four empty ones
   * @param client @default its own
   */
  openStorage(options?: {
    readonly tables?: TableNames;
    readonly client?: DynamoDBClient;
  }): Promise<(clock: Clock) => DynamoDbStorage>;
}

/** A client of an embedded DynamoDB, or of what stands in front of it. */
export function createTestClient(endpoint: string, retries?: RetryOptions): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    ...(retries && { retryStrategy: createRetryStrategy(retries) }),
  });
}

/** Starts an embedded DynamoDB on loopback; `await using` stops it. */
export async function startDynamoDb(): Promise<TestDynamoDb & AsyncDisposable> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return connectDynamoDb(endpoint, async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
}

/** A client of a DynamoDB that runs already; disposing it calls `stop`. */
export function connectDynamoDb(
  endpoint: string,
  stop: () => Promise<void>,
): TestDynamoDb & AsyncDisposable {
  const client = createTestClient(endpoint);
  let tableSets = 0;
  const create = () => createTables(client, tableSets++);
  return {
    client,
    endpoint,
    createTables: create,
    async openStorage(options = {}) {
      const place = { client, tables: options.tables ?? (await create()), ...options };
      return (clock) => new DynamoDbStorage({ ...place, clock });
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await stop();
    },
  };
}

async function createTables(client: DynamoDBClient, set: number): Promise<TableNames> {
  const names: TableNames = {
    pools: `pools-${set}`,
    proxies: `proxies-${set}`,
    results: `results-${set}`,
    sweeps: `sweeps-${set}`,
  };
  for (const [table, name] of Object.entries(names)) {
    const definition = TABLE_DEFINITIONS[table as TableName];
    await client.send(new CreateTableCommand(toCreateTableInput(name, definition)));
    await untilActive(client, name);
  }
  return names;
}

async function untilActive(client: DynamoDBClient, name: string): Promise<void> {
  for (let asked = 0; asked < 100; asked++) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === 'ACTIVE') return;
  }
  throw new Error(`table ${name} did not become active`);
}

function toCreateTableInput(name: string, definition: TableDefinition): CreateTableCommandInput {
  const { partitionKey, sortKey, index } = definition;
  const keys = [partitionKey, sortKey, index?.partitionKey, index?.sortKey];
  const attributes = [...new Set(keys.filter((key) => key !== undefined))];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
    KeySchema: keySchema(partitionKey, sortKey),
    ...(index && {
      GlobalSecondaryIndexes: [
        {
          IndexName: index.indexName,
          KeySchema: keySchema(index.partitionKey, index.sortKey),
          Projection:
            index.projection === 'ALL'
              ? { ProjectionType: 'ALL' }
              : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...index.projection] },
        },
      ],
    }),
  };
}

function keySchema(partitionKey: string, sortKey: string | undefined) {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' as const },
    ...(sortKey ? [{ AttributeName: sortKey, KeyType: 'RANGE' as const }] : []),
  ];
}
