import { type Clock, systemClock } from '../clock.ts';
import { ComposedStorage } from './composed-storage.ts';
import { MemoryLeaseKeys } from './memory/memory-lease-keys.ts';
import { MemoryLeases } from './memory/memory-leases.ts';
import { MemoryPools } from './memory/memory-pools.ts';
import { MemoryProxies } from './memory/memory-proxies.ts';
import { MemoryResults } from './memory/memory-results.ts';
import { MemorySweeps } from './memory/memory-sweeps.ts';
import { PoolRows } from './memory/pool-rows.ts';

/** Everything in this process's memory: for tests, and for checking a list without AWS. */
export class MemoryStorage extends ComposedStorage {
  /** @param options `clock`: what decides whether an item has expired; @default the machine's */
  constructor({ clock = systemClock }: { readonly clock?: Clock } = {}) {
    const rows = new PoolRows(clock);
    super({
      pools: new MemoryPools(clock),
      proxies: new MemoryProxies(rows, clock),
      leases: new MemoryLeases(rows),
      leaseKeys: new MemoryLeaseKeys(clock),
      results: new MemoryResults(clock),
      sweeps: new MemorySweeps(clock),
    });
  }
}
