import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { repeatForRest } from '../../async/back-off.ts';
import { chunksOf } from '../../async/iterables.ts';
import { mapBounded } from '../../async/map-bounded.ts';
import type { Clock } from '../../clock.ts';
import { BusyError } from '../../errors.ts';
import type { TableName, TableNames } from '../dynamodb-tables.ts';
import { unlessExpired } from '../storage.ts';

/** What every part of the adapter works with. */
export interface Database {
  readonly client: DynamoDBDocumentClient;
  readonly tables: TableNames;
  readonly clock: Clock;
}

/** The most items of one BatchGetItem (AWS: "BatchGetItem", DynamoDB API Reference). */
export const BATCH_GET_LIMIT = 100;

/** The most requests in one BatchWriteItem (AWS: "BatchWriteItem", DynamoDB API Reference). */
const BATCH_WRITE_LIMIT = 25;

/** Concurrent calls: 200 deletions, a fifth of what one partition takes in a second. */
const CALL_CONCURRENCY = 8;

/** How often a batch call is repeated for unprocessed items: at most about 3 seconds of waits. */
const UNPROCESSED = { rounds: 7, backOff: { firstMs: 50 } };

/** Sorts after every sweep id: ids are hexadecimal. */
export const AFTER_ALL_SWEEPS = 'g';

/** An item as the document client returns it. */
export type Item = Record<string, unknown>;

/** Reads one item consistently; null when there is none or it has expired. */
export async function readItem(
  { client, tables, clock }: Database,
  table: TableName,
  key: Item,
): Promise<Item | null> {
  const { Item: item } = await client.send(
    new GetCommand({ TableName: tables[table], Key: key, ConsistentRead: true }),
  );
  return unlessExpired(item, clock.now());
}

/** Runs a conditional write; null when its condition did not hold. */
export async function unlessRefused<Output>(write: Promise<Output>): Promise<Output | null> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null;
    throw error;
  }
}

/** How DynamoDB says that it takes no more now ("Error handling with DynamoDB"). */
const THROTTLES: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
]);

/**
 * Awaits a call.
 *
 * @throws {BusyError} when DynamoDB still throttles its last repetition
 */
export async function unlessThrottled<Output>(call: Promise<Output>): Promise<Output> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Error && THROTTLES.has(error.name))) throw error;
    throw new BusyError(`DynamoDB takes no more of these calls now (${error.name})`, {
      cause: error,
    });
  }
}

/** Yields every item of a query, page by page. */
export async function* queryItems(
  { client }: Database,
  input: QueryCommandInput,
): AsyncGenerator<Item> {
  let start: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await client.send(
      new QueryCommand({ ...input, ...(start && { ExclusiveStartKey: start }) }),
    );
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}

/**
 * Makes a batch call and repeats it for the requests that DynamoDB leaves unprocessed.
 *
 * @param send makes one call and returns the unprocessed requests
 * @throws {Error} when the last repetition leaves some too
 */
async function untilProcessed<Request>(
  requests: readonly Request[],
  send: (pending: readonly Request[]) => Promise<readonly Request[]>,
): Promise<void> {
  const left = await repeatForRest(requests, send, UNPROCESSED);
  if (left.length > 0) throw new Error('DynamoDB left items unprocessed after the last retry');
}

/** Reads items by key, in no order; those that do not exist are left out. */
export async function getItems(
  { client, tables }: Database,
  table: TableName,
  {
    keys,
    ...options
  }: {
    readonly keys: readonly Item[];
    readonly ProjectionExpression?: string;
    readonly ConsistentRead?: boolean;
  },
): Promise<readonly Item[]> {
  const name = tables[table];
  const items: Item[] = [];
  const getSome = async (pending: readonly Item[]) => {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [name]: { ...options, Keys: [...pending] } } }),
    );
    items.push(...(Responses?.[name] ?? []));
    return UnprocessedKeys?.[name]?.Keys ?? [];
  };
  for (const chunk of chunksOf(keys, BATCH_GET_LIMIT)) await untilProcessed(chunk, getSome);
  return items;
}

/** Deletes items by key. */
export async function deleteItems(
  { client, tables }: Database,
  table: TableName,
  keys: readonly Item[],
): Promise<void> {
  const name = tables[table];
  const deleteSome = async (pending: readonly BatchWrite[]) => {
    const { UnprocessedItems } = await client.send(
      new BatchWriteCommand({ RequestItems: { [name]: [...pending] } }),
    );
    return UnprocessedItems?.[name] ?? [];
  };
  await mapBounded([...chunksOf(keys, BATCH_WRITE_LIMIT)], CALL_CONCURRENCY, async (chunk) => {
    await untilProcessed(
      chunk.map((Key) => ({ DeleteRequest: { Key } })),
      deleteSome,
    );
  });
}

type BatchWrite = NonNullable<
  ConstructorParameters<typeof BatchWriteCommand>[0]['RequestItems']
>[string][number];
