import type { ProxyStatus } from '../../health/rise-fall.ts';
import { NO_USES, type ProxyRow } from '../../model/proxy-row.ts';
import { Credentials } from '../../proxies/credentials.ts';
import { formatRedactedUrl } from '../../proxies/endpoint.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import type { Item } from './database.ts';
import { readFormat, withFormat } from './item-format.ts';

/** Returns the key in the `by-status` index: one of 16 shards, so that no status is a hot key. */
export function poolStatusKey(poolName: string, status: ProxyStatus, proxyId: string): string {
  return `${poolName}#${status}#${proxyId.charAt(0)}`;
}

/** Attributes an item has only once its proxy was leased; the other items stay small. */
export const BEFORE_FIRST_USE = { uses: NO_USES, blocks: {} } as const;

/** Converts a new row to the item the `Proxies` table holds. */
export function toProxyItem(row: ProxyRow): Item {
  const { proxy, uses: _none, blocks: _neither, ...state } = row;
  const { id, credentials, ...endpoint } = proxy;
  return withFormat({
    ...state,
    ...endpoint,
    proxyId: id,
    proxyUrl: formatRedactedUrl(proxy),
    poolStatus: poolStatusKey(row.poolName, row.status, id),
    ...(credentials && { username: credentials.username, password: credentials.password }),
  });
}

/** Converts an item back to its row. */
export function toProxyRow(item: Item): ProxyRow {
  const { proxyId, proxyUrl, poolStatus, username, password, ...rest } = readFormat(item);
  const { protocol, host, port, remoteDns, tags, labels, ...state } = rest;
  const proxy = {
    id: proxyId,
    protocol,
    host,
    port,
    ...(remoteDns !== undefined && { remoteDns }),
    ...(tags !== undefined && { tags }),
    ...(labels !== undefined && { labels }),
    ...(username !== undefined && {
      credentials: new Credentials(String(username), String(password)),
    }),
  } as Proxy;
  return { ...BEFORE_FIRST_USE, ...state, proxy } as unknown as ProxyRow;
}
