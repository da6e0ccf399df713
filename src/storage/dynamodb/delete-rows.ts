import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mapBounded } from '../../async/map-bounded.ts';
import { backOff } from './back-off.ts';
import type { Database } from './database.ts';

/** Requests of one BatchWriteItem (AWS: "BatchWriteItem", DynamoDB API Reference). */
const BATCH_WRITE_LIMIT = 25;

/** Calls under way at once: 200 deletions, a fifth of what one partition takes in a second. */
const CALL_CONCURRENCY = 8;

/** Deletes rows of a pool by their ids, repeating what DynamoDB leaves unprocessed. */
export async function deleteRows(
  db: Database,
  poolName: string,
  proxyIds: readonly string[],
): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(proxyIds.length / BATCH_WRITE_LIMIT) }, (_, n) =>
    proxyIds.slice(n * BATCH_WRITE_LIMIT, (n + 1) * BATCH_WRITE_LIMIT),
  );
  await mapBounded(chunks, CALL_CONCURRENCY, async (chunk) => {
    const table = db.tables.proxies;
    let pending: BatchWrites = chunk.map((proxyId) => ({
      DeleteRequest: { Key: { poolName, proxyId } },
    }));
    for (let repetition = 0; pending.length > 0; repetition++) {
      await backOff(repetition);
      const { UnprocessedItems } = await db.client.send(
        new BatchWriteCommand({ RequestItems: { [table]: pending } }),
      );
      pending = UnprocessedItems?.[table] ?? [];
    }
  });
}

type BatchWrites = NonNullable<
  ConstructorParameters<typeof BatchWriteCommand>[0]['RequestItems']
>[string];
