import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { repeatForRest } from '../../async/back-off.ts';
import type { Clock } from '../../clock.ts';
import type { TableNames } from '../dynamodb-tables.ts';

/** What every part of the adapter works with. */
export interface Database {
  readonly client: DynamoDBDocumentClient;
  readonly tables: TableNames;
  readonly clock: Clock;
}

/** Repetitions of a batch call for what it left undone: about 3 seconds of waiting at the most. */
const UNPROCESSED = { rounds: 7, backOff: { firstMs: 50 } };

/** An item as the document client returns it. */
export type Item = Record<string, unknown>;

/** Runs a conditional write; null when its condition did not hold. */
export async function unlessRefused<Output>(write: Promise<Output>): Promise<Output | null> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null;
    throw error;
  }
}

/** Every item of a query, page by page. */
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
 * Makes a batch call, and again for what DynamoDB leaves unprocessed of it.
 *
 * @param send makes one call and returns what it left
 * @throws Error when the last repetition leaves something too
 */
export async function untilProcessed<Request>(
  requests: readonly Request[],
  send: (pending: readonly Request[]) => Promise<readonly Request[]>,
): Promise<void> {
  const left = await repeatForRest(requests, send, UNPROCESSED);
  if (left.length > 0) throw new Error('DynamoDB left items unprocessed after every repetition');
}
