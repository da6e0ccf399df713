import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { BatchResult, ProxyResult } from '../../model/batch-result.ts';
import type { ResultStorage } from '../result-storage.ts';
import { isExpired } from '../storage.ts';
import { absent } from './conditions.ts';
import {
  AFTER_ALL_SWEEPS,
  type Database,
  type Item,
  queryItems,
  readItem,
  unlessRefused,
} from './database.ts';
import { conditionInput } from './expressions.ts';
import { batchKeyOf, expand, toBatchResult, toResultItem } from './result-items.ts';

/** The `Results` table. */
export class DynamoDbResults implements ResultStorage {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async put(result: BatchResult): Promise<BatchResult> {
    const put = new PutCommand({
      TableName: this.#db.tables.results,
      Item: toResultItem(result),
      ...conditionInput(absent('sweepId')),
    });
    if (await unlessRefused(this.#db.client.send(put))) return result;
    const { poolName, bits, sweepId } = result;
    return (await this.get(poolName, bits, sweepId)) ?? result;
  }

  async get(poolName: string, bits: string, sweepId: string) {
    const key = { batchKey: batchKeyOf(poolName, bits), sweepId };
    const item = await readItem(this.#db, 'results', key);
    return item && toBatchResult(item);
  }

  async getNewest(
    poolName: string,
    bits: string,
    query: { readonly beforeSweepId?: string } = {},
  ): Promise<BatchResult | null> {
    for await (const item of this.#newestFirst(poolName, bits, { ...query, Limit: 1 })) {
      if (!this.#expired(item)) return toBatchResult(item);
    }
    return null;
  }

  async queryByProxy(
    poolName: string,
    bits: string,
    proxyId: string,
    { limit, beforeSweepId }: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly ProxyResult[]> {
    const found: ProxyResult[] = [];
    const items = this.#newestFirst(poolName, bits, {
      ...(beforeSweepId !== undefined && { beforeSweepId }),
      Limit: limit,
      ProjectionExpression:
        'sweepId, startedAt, protocol, statusCode, expiresAtEpochSeconds, results.#id',
      ExpressionAttributeNames: { '#id': proxyId },
    });
    for await (const item of items) {
      const entry = (item.results as Record<string, Item> | undefined)?.[proxyId];
      if (!entry || this.#expired(item)) continue;
      const { sweepId, startedAt } = item as { sweepId: string; startedAt: string };
      found.push({ sweepId, startedAt, result: expand(entry, item) });
      if (found.length >= limit) break;
    }
    return found;
  }

  #newestFirst(
    poolName: string,
    bits: string,
    {
      beforeSweepId = AFTER_ALL_SWEEPS,
      ...input
    }: {
      readonly beforeSweepId?: string;
      readonly Limit: number;
      readonly ProjectionExpression?: string;
      readonly ExpressionAttributeNames?: Record<string, string>;
    },
  ): AsyncGenerator<Item> {
    return queryItems(this.#db, {
      TableName: this.#db.tables.results,
      KeyConditionExpression: 'batchKey = :key AND sweepId < :before',
      ExpressionAttributeValues: {
        ':key': batchKeyOf(poolName, bits),
        ':before': beforeSweepId,
      },
      ScanIndexForward: false,
      ...input,
    });
  }

  #expired(item: Item): boolean {
    return isExpired(item, this.#db.clock.now());
  }
}
