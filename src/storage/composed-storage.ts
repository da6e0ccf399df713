import type { LeaseKeyStorage } from './lease-key-storage.ts';
import type { LeaseStorage } from './lease-storage.ts';
import type { PoolStorage } from './pool-storage.ts';
import type { ProxyStorage } from './proxy-storage.ts';
import type { ResultStorage } from './result-storage.ts';
import type { Storage } from './storage.ts';
import type { SweepStorage } from './sweep-storage.ts';

/** The parts a storage is made of, one per kind of thing kept. */
export interface StorageParts {
  readonly pools: PoolStorage;
  readonly proxies: ProxyStorage;
  readonly leases: LeaseStorage;
  readonly leaseKeys: LeaseKeyStorage;
  readonly results: ResultStorage;
  readonly sweeps: SweepStorage;
}

/** One `Storage` out of its parts, so that an adapter is a few small files and not a large one. */
export class ComposedStorage implements Storage {
  readonly #parts: StorageParts;

  constructor(parts: StorageParts) {
    this.#parts = parts;
  }

  readonly createPool: PoolStorage['createPool'] = (...args) =>
    this.#parts.pools.createPool(...args);
  readonly updatePoolPolicy: PoolStorage['updatePoolPolicy'] = (...args) =>
    this.#parts.pools.updatePoolPolicy(...args);
  readonly getPool: PoolStorage['getPool'] = (...args) => this.#parts.pools.getPool(...args);
  readonly listPools: PoolStorage['listPools'] = (...args) => this.#parts.pools.listPools(...args);
  readonly claimPool: PoolStorage['claimPool'] = (...args) => this.#parts.pools.claimPool(...args);
  readonly clearRunningSweep: PoolStorage['clearRunningSweep'] = (...args) =>
    this.#parts.pools.clearRunningSweep(...args);
  readonly markPoolDeleting: PoolStorage['markPoolDeleting'] = (...args) =>
    this.#parts.pools.markPoolDeleting(...args);
  readonly removePool: PoolStorage['removePool'] = (...args) =>
    this.#parts.pools.removePool(...args);

  readonly insertProxies: ProxyStorage['insertProxies'] = (...args) =>
    this.#parts.proxies.insertProxies(...args);
  readonly getProxyRow: ProxyStorage['getProxyRow'] = (...args) =>
    this.#parts.proxies.getProxyRow(...args);
  readonly queryProxyRows: ProxyStorage['queryProxyRows'] = (...args) =>
    this.#parts.proxies.queryProxyRows(...args);
  readonly queryProxyRowsByStatus: ProxyStorage['queryProxyRowsByStatus'] = (...args) =>
    this.#parts.proxies.queryProxyRowsByStatus(...args);
  readonly queryProxyIdsByStatus: ProxyStorage['queryProxyIdsByStatus'] = (...args) =>
    this.#parts.proxies.queryProxyIdsByStatus(...args);
  readonly queryProxyIds: ProxyStorage['queryProxyIds'] = (...args) =>
    this.#parts.proxies.queryProxyIds(...args);
  readonly writeStatus: ProxyStorage['writeStatus'] = (...args) =>
    this.#parts.proxies.writeStatus(...args);
  readonly writeManualStatus: ProxyStorage['writeManualStatus'] = (...args) =>
    this.#parts.proxies.writeManualStatus(...args);
  readonly deleteProxies: ProxyStorage['deleteProxies'] = (...args) =>
    this.#parts.proxies.deleteProxies(...args);
  readonly deleteProxy: ProxyStorage['deleteProxy'] = (...args) =>
    this.#parts.proxies.deleteProxy(...args);

  readonly acquireLease: LeaseStorage['acquireLease'] = (...args) =>
    this.#parts.leases.acquireLease(...args);
  readonly renewLease: LeaseStorage['renewLease'] = (...args) =>
    this.#parts.leases.renewLease(...args);
  readonly releaseLease: LeaseStorage['releaseLease'] = (...args) =>
    this.#parts.leases.releaseLease(...args);
  readonly recordUse: LeaseStorage['recordUse'] = (...args) =>
    this.#parts.leases.recordUse(...args);
  readonly removeEndedLeases: LeaseStorage['removeEndedLeases'] = (...args) =>
    this.#parts.leases.removeEndedLeases(...args);
  readonly removeBlocks: LeaseStorage['removeBlocks'] = (...args) =>
    this.#parts.leases.removeBlocks(...args);
  readonly setMaxConcurrency: LeaseStorage['setMaxConcurrency'] = (...args) =>
    this.#parts.leases.setMaxConcurrency(...args);

  readonly putLeaseKey: LeaseKeyStorage['putLeaseKey'] = (...args) =>
    this.#parts.leaseKeys.putLeaseKey(...args);
  readonly getLeaseKey: LeaseKeyStorage['getLeaseKey'] = (...args) =>
    this.#parts.leaseKeys.getLeaseKey(...args);

  readonly putBatchResult: ResultStorage['putBatchResult'] = (...args) =>
    this.#parts.results.putBatchResult(...args);
  readonly getBatchResult: ResultStorage['getBatchResult'] = (...args) =>
    this.#parts.results.getBatchResult(...args);
  readonly getNewestBatchResult: ResultStorage['getNewestBatchResult'] = (...args) =>
    this.#parts.results.getNewestBatchResult(...args);
  readonly queryProxyResults: ResultStorage['queryProxyResults'] = (...args) =>
    this.#parts.results.queryProxyResults(...args);

  readonly putSweep: SweepStorage['putSweep'] = (...args) => this.#parts.sweeps.putSweep(...args);
  readonly getSweep: SweepStorage['getSweep'] = (...args) => this.#parts.sweeps.getSweep(...args);
  readonly listSweeps: SweepStorage['listSweeps'] = (...args) =>
    this.#parts.sweeps.listSweeps(...args);
  readonly markSweepDispatched: SweepStorage['markSweepDispatched'] = (...args) =>
    this.#parts.sweeps.markSweepDispatched(...args);
  readonly recordBatch: SweepStorage['recordBatch'] = (...args) =>
    this.#parts.sweeps.recordBatch(...args);
  readonly markPartComplete: SweepStorage['markPartComplete'] = (...args) =>
    this.#parts.sweeps.markPartComplete(...args);
  readonly readLedger: SweepStorage['readLedger'] = (...args) =>
    this.#parts.sweeps.readLedger(...args);
  readonly closeSweep: SweepStorage['closeSweep'] = (...args) =>
    this.#parts.sweeps.closeSweep(...args);
  readonly recordLateBatches: SweepStorage['recordLateBatches'] = (...args) =>
    this.#parts.sweeps.recordLateBatches(...args);
}
