import type { Clock } from '../../clock.ts';
import { ProxyStatus } from '../../health/rise-fall.ts';
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
import type { PoolRows } from './pool-rows.ts';

/** Proxy rows in maps. */
export class MemoryProxies implements ProxyStorage {
  readonly #rows: PoolRows;
  readonly #clock: Clock;

  constructor(rows: PoolRows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  async insert(
    poolName: string,
    proxies: readonly Proxy[],
    options: InsertOptions = {},
  ): Promise<InsertOutcome> {
    const statusSince = new Date(this.#clock.now()).toISOString();
    let added = 0;
    for (const proxy of proxies) {
      if (this.#rows.find(poolName, proxy.id)) continue;
      this.#rows.set(createProxyRow({ poolName, proxy, statusSince, ...options }));
      added += 1;
    }
    return { added, existing: proxies.length - added };
  }

  async get(poolName: string, proxyId: string): Promise<ProxyRow | null> {
    return this.#rows.find(poolName, proxyId);
  }

  async query(poolName: string, query: RowQuery): Promise<RowPage> {
    return this.#page(poolName, query, () => true);
  }

  async queryByStatus(
    poolName: string,
    status: ProxyStatus,
    query: { readonly after?: string; readonly limit: number },
  ): Promise<RowPage> {
    return this.#page(poolName, query, (row) => row.status === status);
  }

  async queryIdsByStatus(
    poolName: string,
    status: ProxyStatus,
    { upTo = 'g', ...query }: StatusIdQuery,
  ): Promise<readonly string[]> {
    const page = await this.queryByStatus(poolName, status, query);
    return page.rows.map((row) => row.proxy.id).filter((id) => id <= upTo);
  }

  async queryIds(poolName: string, limit: number): Promise<readonly string[]> {
    return this.#page(poolName, { limit }, () => true).rows.map((row) => row.proxy.id);
  }

  async writeStatus(write: StatusWrite): Promise<boolean> {
    const row = this.#rows.find(write.poolName, write.proxyId);
    if (!row || row.status === ProxyStatus.banned) return false;
    if (row.rowSweepId !== write.expectedRowSweepId) return false;
    const transition = write.before.status !== write.after.status && {
      previousStatus: write.before.status,
      statusSince: write.at,
      statusSweepId: write.sweepId,
    };
    const changed = { ...row, ...write.after, rowSweepId: write.sweepId, ...transition };
    this.#rows.set(changed);
    return true;
  }

  async writeManualStatus(write: ManualStatusWrite): Promise<ProxyRow | null> {
    const row = this.#rows.find(write.poolName, write.proxyId);
    if (!row) return null;
    const { statusSweepId: _unset, ...kept } = row;
    const changed: ProxyRow = {
      ...kept,
      status: write.status,
      streak: null,
      previousStatus: row.status,
      statusSince: write.at,
    };
    this.#rows.set(changed);
    return changed;
  }

  async deleteMany(poolName: string, proxyIds: readonly string[]): Promise<void> {
    for (const proxyId of proxyIds) this.#rows.of(poolName).delete(proxyId);
  }

  async delete(poolName: string, proxyId: string): Promise<boolean> {
    const existed = this.#rows.find(poolName, proxyId) !== null;
    this.#rows.of(poolName).delete(proxyId);
    return existed;
  }

  #page(poolName: string, query: RowQuery, matches: (row: ProxyRow) => boolean): RowPage {
    const { range, after, limit } = query;
    const low = range?.low ?? '';
    const resumes = after !== undefined && after >= low;
    const rows: ProxyRow[] = [];
    for (const row of this.#rows.of(poolName).from(resumes ? after : low, resumes)) {
      if (range && row.proxy.id > range.high) break;
      if (!matches(row) || isExpired(row, this.#clock.now())) continue;
      const last = rows.at(-1);
      if (last && rows.length >= limit) return { rows, next: last.proxy.id };
      rows.push(row);
    }
    return { rows };
  }
}
