import type { ProxyStatus } from '../../health/rise-fall.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { BY_STATUS_INDEX } from '../dynamodb-tables.ts';
import type { RowPage, RowQuery, StatusIdQuery } from '../proxy-storage.ts';
import { isExpired } from '../storage.ts';
import { type Database, getItems, queryItems } from './database.ts';
import { poolStatusKey, toProxyRow } from './proxy-items.ts';

const HEX_DIGITS = '0123456789abcdef';

/** Begins with the last digit and is greater than every id. */
const BEYOND_EVERY_ID = 'fg';

/** Reads a page of a pool's rows in id order. */
export async function queryRows(
  db: Database,
  poolName: string,
  { range, after, limit, consistent = false }: RowQuery,
): Promise<RowPage> {
  const first = range?.low ?? '0';
  // Ids have one length, so no id lies between `id` and `id0`.
  const low = after !== undefined && after >= first ? `${after}0` : first;
  const high = range?.high ?? 'g';
  if (low > high) return { rows: [] };
  const items = queryItems(db, {
    TableName: db.tables.proxies,
    KeyConditionExpression: 'poolName = :pool AND proxyId BETWEEN :low AND :high',
    ExpressionAttributeValues: { ':pool': poolName, ':low': low, ':high': high },
    ConsistentRead: consistent,
    Limit: limit + 1,
  });
  const rows: ProxyRow[] = [];
  for await (const item of items) {
    const row = toProxyRow(item);
    if (isExpired(row, db.clock.now())) continue;
    const last = rows.at(-1);
    if (last && rows.length >= limit) return { rows, next: last.proxy.id };
    rows.push(row);
  }
  return { rows };
}

/** Selects rows of one status. */
interface StatusQuery extends StatusIdQuery {
  readonly poolName: string;
  readonly status: ProxyStatus;
}

/** Reads ids from the index. */
export async function queryIdsByStatus(
  db: Database,
  query: StatusQuery,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const id of idsOfStatus(db, query)) {
    ids.push(id);
    if (ids.length >= query.limit) break;
  }
  return ids;
}

/** Reads a page of rows from the table by the ids in the index. */
export async function queryRowsByStatus(db: Database, query: StatusQuery): Promise<RowPage> {
  const ids = await queryIdsByStatus(db, { ...query, limit: query.limit + 1 });
  const page = ids.slice(0, query.limit);
  const rows = await getRows(db, query.poolName, page);
  const current = rows.filter(
    (row) => row.status === query.status && !isExpired(row, db.clock.now()),
  );
  const last = page.at(-1);
  return { rows: current, ...(ids.length > query.limit && last !== undefined && { next: last }) };
}

async function* idsOfStatus(
  db: Database,
  { poolName, status, after = '0', upTo = BEYOND_EVERY_ID, limit }: StatusQuery,
): AsyncGenerator<string> {
  const first = Math.max(0, HEX_DIGITS.indexOf(after.charAt(0)));
  for (const shard of HEX_DIGITS.slice(first, HEX_DIGITS.indexOf(upTo.charAt(0)) + 1)) {
    const items = queryItems(db, {
      TableName: db.tables.proxies,
      IndexName: BY_STATUS_INDEX,
      KeyConditionExpression: 'poolStatus = :key AND proxyId > :after',
      ExpressionAttributeValues: {
        ':key': poolStatusKey(poolName, status, shard),
        // DynamoDB rejects an empty key; no id is less than this one.
        ':after': after || '0',
      },
      Limit: limit,
    });
    for await (const { proxyId } of items) {
      if (String(proxyId) > upTo) return;
      yield String(proxyId);
    }
  }
}

async function getRows(
  db: Database,
  poolName: string,
  ids: readonly string[],
): Promise<ProxyRow[]> {
  const items = await getItems(db, 'proxies', {
    keys: ids.map((proxyId) => ({ poolName, proxyId })),
  });
  const found = new Map(items.map(toProxyRow).map((row) => [row.proxy.id, row]));
  return ids.flatMap((id) => found.get(id) ?? []);
}
