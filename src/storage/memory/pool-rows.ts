import type { Clock } from '../../clock.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { isExpired } from '../storage.ts';
import { SortedRows } from './sorted-rows.ts';

/** The proxy rows of all pools, in one sorted map per pool. */
export class PoolRows {
  readonly #pools = new Map<string, SortedRows>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Null when there is none, or it has expired. */
  find(poolName: string, proxyId: string): ProxyRow | null {
    const row = this.#pools.get(poolName)?.get(proxyId);
    return row && !isExpired(row, this.#clock.now()) ? row : null;
  }

  of(poolName: string): SortedRows {
    let rows = this.#pools.get(poolName);
    if (!rows) {
      rows = new SortedRows();
      this.#pools.set(poolName, rows);
    }
    return rows;
  }

  set(row: ProxyRow): ProxyRow {
    this.of(row.poolName).set(row);
    return row;
  }
}
