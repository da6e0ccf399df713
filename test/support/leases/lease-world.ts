import type { ProxyStatus } from '../../../src/health/rise-fall.ts';
import type { Lease } from '../../../src/leases/lease.ts';
import type { AcquireRequest } from '../../../src/leases/lease-request.ts';
import type { ManagerOptions } from '../../../src/leases/manager-options.ts';
import { ProxyManager } from '../../../src/leases/proxy-manager.ts';
import { batchesOf, batchOf } from '../../../src/model/batch-range.ts';
import type { StoredResult } from '../../../src/model/batch-result.ts';
import type { Pool } from '../../../src/model/pool.ts';
import { NO_SWEEP_ID, type ProxyRow } from '../../../src/model/proxy-row.ts';
import type { ProxyEndpoint } from '../../../src/proxies/endpoint.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { MemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import {
  makeBatchResult,
  makeEndpoint,
  makePool,
  makeStoredResult,
  makeSweepId,
  TEST_SALT,
} from '../factories.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { TappedStorage } from '../storage/tapped-storage.ts';

/** A proxy of a test pool. */
export interface PlannedProxy {
  readonly endpoint?: Partial<ProxyEndpoint>;
  /** @default `active` */
  readonly status?: ProxyStatus;
  /** @default 1 */
  readonly maxConcurrency?: number | null;
  /** What the last sweep found; null when it did not have the proxy. @default healthy, 42.5 ms */
  readonly result?: Partial<StoredResult> | null;
}

/** Makes a random function, 0 to below 1, that returns the same numbers in every run. */
export function seededRandom(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A pool named `fleet`, swept once, with a manager that leases from it. */
export class LeaseWorld {
  readonly clock = new FakeClock();
  readonly storage: TappedStorage;
  readonly manager: ProxyManager;

  constructor(storage?: (clock: FakeClock) => Storage) {
    const { clock } = this;
    this.storage = new TappedStorage(storage?.(clock) ?? new MemoryStorage({ clock }));
    this.manager = this.createManager();
  }

  createManager(options: Partial<ManagerOptions> = {}): ProxyManager {
    return new ProxyManager({
      storage: this.storage,
      clock: this.clock,
      random: seededRandom(),
      ...options,
    });
  }

  /** Creates the pool; returns the ids of its proxies in the planned order. */
  async fill(
    planned: number | readonly PlannedProxy[],
    pool: Partial<Pool> = {},
  ): Promise<string[]> {
    const plans = typeof planned === 'number' ? new Array<PlannedProxy>(planned).fill({}) : planned;
    const { batchBitCounts = [0] } = pool;
    await this.storage.pools.create(makePool({ ...pool, batchBitCounts }));
    const results = new Map<string, StoredResult>();
    const ids: string[] = [];
    for (const [index, { endpoint, status = 'active', result, ...options }] of plans.entries()) {
      const proxy = createProxy(makeEndpoint(index, endpoint), pool.salt ?? TEST_SALT);
      ids.push(proxy.id);
      await this.storage.proxies.insert('fleet', [proxy], options);
      await this.setStatus(proxy.id, status);
      if (result !== null) results.set(proxy.id, makeStoredResult(result));
    }
    const [bitCount] = batchBitCounts;
    if (bitCount !== undefined) await this.#storeResults(results, bitCount);
    return ids;
  }

  async setStatus(proxyId: string, status: ProxyStatus): Promise<void> {
    const at = new Date(this.clock.now()).toISOString();
    if (status === 'banned') {
      await this.storage.proxies.writeManualStatus({ poolName: 'fleet', proxyId, status, at });
      return;
    }
    const row = await this.row(proxyId);
    if (row.status === status) return;
    await this.storage.proxies.writeStatus({
      poolName: 'fleet',
      proxyId,
      sweepId: makeSweepId(Number(row.rowSweepId !== NO_SWEEP_ID) + 1),
      expectedRowSweepId: row.rowSweepId,
      before: { status: row.status, streak: null },
      after: { status, streak: null },
      at,
    });
  }

  acquire(request: Partial<AcquireRequest> = {}): Promise<Lease | null> {
    return this.manager.acquireProxy({ poolName: 'fleet', consumerName: 'shop', ...request });
  }

  /** @throws {Error} when no proxy is available */
  async mustAcquire(request: Partial<AcquireRequest> = {}): Promise<Lease> {
    const lease = await this.acquire(request);
    if (!lease) throw new Error('no proxy was available');
    return lease;
  }

  async row(proxyId: string): Promise<ProxyRow> {
    const row = await this.storage.proxies.get('fleet', proxyId);
    if (!row) throw new Error(`there is no row ${proxyId}`);
    return row;
  }

  async #storeResults(results: ReadonlyMap<string, StoredResult>, bitCount: number) {
    for (const bits of batchesOf(bitCount)) {
      const own = [...results].filter(([id]) => batchOf(id, bitCount) === bits);
      await this.storage.results.put(makeBatchResult({ bits, results: new Map(own) }));
    }
  }
}
