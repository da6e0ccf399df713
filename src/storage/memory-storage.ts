import { type Clock, systemClock } from '../clock.ts';
import type { LeaseKeyStorage } from './lease-key-storage.ts';
import type { LeaseStorage } from './lease-storage.ts';
import { MemoryLeaseKeys } from './memory/memory-lease-keys.ts';
import { MemoryLeases } from './memory/memory-leases.ts';
import { MemoryPolicies } from './memory/memory-policies.ts';
import { MemoryPools } from './memory/memory-pools.ts';
import { MemoryProxies } from './memory/memory-proxies.ts';
import { MemoryResults } from './memory/memory-results.ts';
import { MemorySweepKeys } from './memory/memory-sweep-keys.ts';
import { MemorySweeps } from './memory/memory-sweeps.ts';
import { PoolRows } from './memory/pool-rows.ts';
import type { PolicyStorage } from './policy-storage.ts';
import type { PoolStorage } from './pool-storage.ts';
import type { ProxyStorage } from './proxy-storage.ts';
import type { ResultStorage } from './result-storage.ts';
import type { Storage } from './storage.ts';
import type { SweepKeyStorage } from './sweep-key-storage.ts';
import type { SweepStorage } from './sweep-storage.ts';

/** Keeps everything in the memory of this process: for tests, and to check a list without AWS. */
export class MemoryStorage implements Storage {
  readonly pools: PoolStorage;
  readonly policies: PolicyStorage;
  readonly proxies: ProxyStorage;
  readonly leases: LeaseStorage;
  readonly leaseKeys: LeaseKeyStorage;
  readonly results: ResultStorage;
  readonly sweeps: SweepStorage;
  readonly sweepKeys: SweepKeyStorage;

  /** @param options `clock` decides whether an item has expired; @default the system clock */
  constructor({ clock = systemClock }: { readonly clock?: Clock } = {}) {
    const rows = new PoolRows(clock);
    this.pools = new MemoryPools(clock);
    this.policies = new MemoryPolicies(clock);
    this.proxies = new MemoryProxies(rows, clock);
    this.leases = new MemoryLeases(rows);
    this.leaseKeys = new MemoryLeaseKeys(clock);
    this.results = new MemoryResults(clock);
    this.sweeps = new MemorySweeps(clock);
    this.sweepKeys = new MemorySweepKeys(clock);
  }
}
