import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { chunksOf, mapBounded } from '../../async/map-bounded.ts';
import { type Database, untilProcessed } from './database.ts';

/** The most requests in one BatchWriteItem (AWS: "BatchWriteItem", DynamoDB API Reference). */
const BATCH_WRITE_LIMIT = 25;

/** Concurrent calls: 200 deletions, a fifth of what one partition takes in a second. */
const CALL_CONCURRENCY = 8;

/** Deletes rows of a pool by id; repeats what DynamoDB leaves unprocessed. */
export async function deleteRows(
  db: Database,
  poolName: string,
  proxyIds: readonly string[],
): Promise<void> {
  const table = db.tables.proxies;
  const deleteSome = async (pending: readonly BatchWrite[]) => {
    const { UnprocessedItems } = await db.client.send(
      new BatchWriteCommand({ RequestItems: { [table]: [...pending] } }),
    );
    return UnprocessedItems?.[table] ?? [];
  };
  await mapBounded([...chunksOf(proxyIds, BATCH_WRITE_LIMIT)], CALL_CONCURRENCY, async (chunk) => {
    const requests = chunk.map((proxyId) => ({ DeleteRequest: { Key: { poolName, proxyId } } }));
    await untilProcessed(requests, deleteSome);
  });
}

type BatchWrite = NonNullable<
  ConstructorParameters<typeof BatchWriteCommand>[0]['RequestItems']
>[string][number];
