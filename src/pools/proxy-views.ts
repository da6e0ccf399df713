import { type Clock, systemClock } from '../clock.ts';
import type { ProxyStatus } from '../health/rise-fall.ts';
import { PageBudget } from '../model/page-budget.ts';
import type { Pool } from '../model/pool.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import { type ResultRecord, toStoredRecord } from '../model/result-record.ts';
import { formatRedactedUrl, type ProxyLabels, type ProxyTags } from '../proxies/endpoint.ts';
import type { RowPage } from '../storage/proxy-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { NewestResults } from './newest-results.ts';
import { type ProxyUseView, viewProxyUse } from './proxy-use-view.ts';
import { requirePool } from './require-pool.ts';

/** The freshest view of a proxy: its row joined with its newest result. */
export interface ProxyView extends ProxyUseView {
  readonly proxyId: string;
  /** The URL without its password. */
  readonly proxy: string;
  readonly protocol: string;
  readonly status: ProxyStatus;
  /** ISO 8601. */
  readonly statusSince: string;
  /** Null before the first transition. */
  readonly previousStatus: ProxyStatus | null;
  readonly tags: ProxyTags;
  /** What else its list said about it. */
  readonly labels: ProxyLabels;
  /** Null when no sweep within retention has one. */
  readonly lastResult: ResultRecord | null;
  /** The sweep of `lastResult`; null without one. */
  readonly lastSweepId: string | null;
}

/** Selects a page of views. */
export interface ViewQuery {
  readonly status?: ProxyStatus;
  /** ISO 3166-1 alpha-2, in any case. */
  readonly country?: string;
  /** Only proxies with greater ids than this one. */
  readonly cursor?: string;
  /** The most views, 1 to 1,000. */
  readonly limit: number;
}

/** A page of views; `next` is the cursor of the next page, absent on the last. */
export interface ViewPage {
  readonly proxies: readonly ProxyView[];
  readonly next?: string;
}

/** The sources of a view. */
export interface ViewDependencies {
  readonly storage: Storage;
  /** Decides which leases and quarantines have ended. @default the system clock */
  readonly clock?: Clock;
}

/** The most rows read for one page, so that a rare country does not make it slow. */
const MAX_ROWS_PER_PAGE = 5000;

/**
 * Reads the proxies of a pool in id order. A page may have fewer than `limit` and still a `next`:
 * with a country, or when more would not fit an answer.
 *
 * @throws {NotFoundError} when there is no such pool
 */
export async function readProxyViews(
  { storage, clock = systemClock }: ViewDependencies,
  poolName: string,
  query: ViewQuery,
): Promise<ViewPage> {
  const pool = await requirePool(storage, poolName);
  const newest = new NewestResults(storage, pool);
  const toView = (row: ProxyRow) => viewOf(row, { newest, pool, now: clock.now() });
  const proxies: ProxyView[] = [];
  const budget = new PageBudget(query.limit);
  let cursor = query.cursor;
  for (let seen = 0; seen < MAX_ROWS_PER_PAGE; ) {
    const limit = budget.entriesLeft;
    const page = await readRows(storage, pool, { ...query, ...(cursor && { cursor }), limit });
    for (const row of page.rows) {
      if (!isIn(row, query.country)) continue;
      const view = await toView(row);
      const last = proxies.at(-1);
      if (!budget.takes(view) && last) return { proxies, next: last.proxyId };
      proxies.push(view);
    }
    if (page.next === undefined) return { proxies };
    cursor = page.next;
    seen += limit;
    if (budget.entriesLeft === 0) break;
  }
  return { proxies, ...(cursor !== undefined && { next: cursor }) };
}

/**
 * Reads the freshest view of one proxy; null when the pool has no such proxy.
 *
 * @throws {NotFoundError} when there is no such pool
 */
export async function readProxyView(
  { storage, clock = systemClock }: ViewDependencies,
  poolName: string,
  proxyId: string,
): Promise<ProxyView | null> {
  const pool = await requirePool(storage, poolName);
  const row = await storage.proxies.get(poolName, proxyId);
  return row && viewOf(row, { newest: new NewestResults(storage, pool), pool, now: clock.now() });
}

function readRows(
  storage: Storage,
  { poolName }: Pool,
  { status, cursor, limit }: ViewQuery,
): Promise<RowPage> {
  const query = { limit, ...(cursor !== undefined && { after: cursor }) };
  return status
    ? storage.proxies.queryByStatus(poolName, status, query)
    : storage.proxies.query(poolName, query);
}

function isIn({ proxy }: ProxyRow, country: string | undefined): boolean {
  return country === undefined || proxy.tags?.country === country.toUpperCase();
}

interface ViewContext {
  readonly newest: NewestResults;
  readonly pool: Pool;
  /** Epoch milliseconds. */
  readonly now: number;
}

async function viewOf(row: ProxyRow, { newest, pool, now }: ViewContext): Promise<ProxyView> {
  const { proxy } = row;
  const found = await newest.find(proxy.id);
  return {
    proxyId: proxy.id,
    proxy: formatRedactedUrl(proxy),
    protocol: proxy.protocol,
    status: row.status,
    statusSince: row.statusSince,
    previousStatus: row.previousStatus ?? null,
    tags: proxy.tags ?? {},
    labels: proxy.labels ?? {},
    ...viewProxyUse({ row, newest: found }, pool.leasing, now),
    lastResult: found && toStoredRecord(proxy, proxy.id, found),
    lastSweepId: found?.sweepId ?? null,
  };
}

const ROWS_PER_PAGE = 1000;

/** Yields every row of a pool in id order, read page by page. */
export async function* walkRows(storage: Storage, poolName: string): AsyncGenerator<ProxyRow> {
  let after: string | undefined;
  do {
    const query = { limit: ROWS_PER_PAGE, ...(after !== undefined && { after }) };
    const page = await storage.proxies.query(poolName, query);
    yield* page.rows;
    after = page.next;
  } while (after !== undefined);
}
