import type { Clock } from '../../clock.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { unlessExpired } from '../storage.ts';
import { SortedRows } from './sorted-rows.ts';

/** The proxy rows of all pools, in one sorted map per pool. */
export class PoolRows {
  readonly #pools = new Map<string, SortedRows>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Null when there is none or it has expired. */
  find(poolName: string, proxyId: string): ProxyRow | null {
    return unlessExpired(this.#pools.get(poolName)?.get(proxyId), this.#clock.now());
  }

  /** Every row of one pool, expired ones included. */
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
