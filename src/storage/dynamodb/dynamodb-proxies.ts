import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mapBounded } from '../../async/map-bounded.ts';
import type { ProxyStatus } from '../../health/rise-fall.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import { createProxyRow } from '../create-proxy-row.ts';
import type {
  InsertOptions,
  InsertOutcome,
  ManualStatusWrite,
  ProxyStorage,
  RowPage,
  RowQuery,
  StatusIdQuery,
  StatusWrite,
} from '../proxy-storage.ts';
import { isExpired } from '../storage.ts';
import { absentOrExpired, exists, notBanned, writtenAsRead } from './conditions.ts';
import {
  type Database,
  deleteItems,
  getItems,
  queryItems,
  readItem,
  unlessRefused,
  unlessThrottled,
} from './database.ts';
import { allOf, conditionInput, updateInput } from './expressions.ts';
import { poolStatusKey, toProxyItem, toProxyRow } from './proxy-items.ts';
import { queryIdsByStatus, queryRows, queryRowsByStatus } from './proxy-queries.ts';

/** Concurrent conditional inserts: fewer than the sockets the SDK opens by default (50). */
const INSERT_CONCURRENCY = 32;

/** The `Proxies` table. */
export class DynamoDbProxies implements ProxyStorage {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async insert(
    poolName: string,
    proxies: readonly Proxy[],
    options: InsertOptions = {},
  ): Promise<InsertOutcome> {
    const now = this.#db.clock.now();
    const statusSince = new Date(now).toISOString();
    const known = await this.#findKnown(poolName, proxies);
    const others = proxies.filter(({ id }) => !known.has(id));
    const inserted = await mapBounded(others, INSERT_CONCURRENCY, async (proxy) => {
      const put = new PutCommand({
        TableName: this.#db.tables.proxies,
        Item: toProxyItem(createProxyRow({ poolName, proxy, statusSince, ...options })),
        ...conditionInput(absentOrExpired('proxyId', now)),
      });
      return (await unlessRefused(this.#db.client.send(put))) !== null;
    });
    const added = inserted.filter(Boolean).length;
    return { added, existing: proxies.length - added };
  }

  /**
   * The ids that the pool already has: a put that its condition refuses costs as much as one that
   * is made, a read a fifth of it or less. Consistent, so that a row which was just deleted is
   * inserted again. What others insert meanwhile is left to the condition of the put.
   */
  async #findKnown(poolName: string, proxies: readonly Proxy[]): Promise<ReadonlySet<unknown>> {
    const ids = new Set(proxies.map(({ id }) => id));
    const items = await getItems(this.#db, 'proxies', {
      keys: [...ids].map((proxyId) => ({ poolName, proxyId })),
      ProjectionExpression: 'proxyId, expiresAtEpochSeconds',
      ConsistentRead: true,
    });
    const current = items.filter((item) => !isExpired(item, this.#db.clock.now()));
    return new Set(current.map(({ proxyId }) => proxyId));
  }

  async get(poolName: string, proxyId: string): Promise<ProxyRow | null> {
    const item = await readItem(this.#db, 'proxies', { poolName, proxyId });
    return item && toProxyRow(item);
  }

  query(poolName: string, query: RowQuery): Promise<RowPage> {
    return queryRows(this.#db, poolName, query);
  }

  queryByStatus(
    poolName: string,
    status: ProxyStatus,
    query: { readonly after?: string; readonly limit: number },
  ): Promise<RowPage> {
    return queryRowsByStatus(this.#db, { poolName, status, ...query });
  }

  queryIdsByStatus(
    poolName: string,
    status: ProxyStatus,
    query: StatusIdQuery,
  ): Promise<readonly string[]> {
    return queryIdsByStatus(this.#db, { poolName, status, ...query });
  }

  async queryIds(poolName: string, limit: number): Promise<readonly string[]> {
    const ids: string[] = [];
    const items = queryItems(this.#db, {
      TableName: this.#db.tables.proxies,
      KeyConditionExpression: 'poolName = :pool',
      ExpressionAttributeValues: { ':pool': poolName },
      ProjectionExpression: 'proxyId, expiresAtEpochSeconds',
      ConsistentRead: true,
      Limit: limit,
    });
    for await (const item of items) {
      if (!isExpired(item, this.#db.clock.now())) ids.push(String(item.proxyId));
      if (ids.length >= limit) break;
    }
    return ids;
  }

  async writeStatus(write: StatusWrite): Promise<boolean> {
    const { poolName, proxyId, sweepId, before, after, at } = write;
    const set = {
      rowSweepId: sweepId,
      streak: after.streak,
      ...(before.status !== after.status && {
        status: after.status,
        poolStatus: poolStatusKey(poolName, after.status, proxyId),
        previousStatus: before.status,
        statusSince: at,
        statusSweepId: sweepId,
      }),
    };
    const condition = allOf(exists('proxyId'), notBanned, writtenAsRead(write.expectedRowSweepId));
    const update = new UpdateCommand({
      TableName: this.#db.tables.proxies,
      Key: { poolName, proxyId },
      ...updateInput({ set }, condition),
    });
    return (await unlessRefused(unlessThrottled(this.#db.client.send(update)))) !== null;
  }

  async writeManualStatus(write: ManualStatusWrite): Promise<ProxyRow | null> {
    const { poolName, proxyId, status, at } = write;
    const before = await this.get(poolName, proxyId);
    if (!before) return null;
    const set = {
      status,
      streak: null,
      poolStatus: poolStatusKey(poolName, status, proxyId),
      previousStatus: before.status,
      statusSince: at,
    };
    const update = new UpdateCommand({
      TableName: this.#db.tables.proxies,
      Key: { poolName, proxyId },
      ReturnValues: 'ALL_NEW',
      ...updateInput({ set, remove: ['statusSweepId'] }, exists('proxyId')),
    });
    const updated = await unlessRefused(this.#db.client.send(update));
    return updated?.Attributes ? toProxyRow(updated.Attributes) : null;
  }

  deleteMany(poolName: string, proxyIds: readonly string[]): Promise<void> {
    const keys = proxyIds.map((proxyId) => ({ poolName, proxyId }));
    return deleteItems(this.#db, 'proxies', keys);
  }

  async delete(poolName: string, proxyId: string): Promise<boolean> {
    const { Attributes } = await this.#db.client.send(
      new DeleteCommand({
        TableName: this.#db.tables.proxies,
        Key: { poolName, proxyId },
        ReturnValues: 'ALL_OLD',
      }),
    );
    return Attributes !== undefined && !isExpired(Attributes, this.#db.clock.now());
  }
}
