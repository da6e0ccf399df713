import type { LeaseKeyStorage } from './lease-key-storage.ts';
import type { LeaseStorage } from './lease-storage.ts';
import type { PolicyStorage } from './policy-storage.ts';
import type { PoolStorage } from './pool-storage.ts';
import type { ProxyStorage } from './proxy-storage.ts';
import type { ResultStorage } from './result-storage.ts';
import type { SweepKeyStorage } from './sweep-key-storage.ts';
import type { SweepStorage } from './sweep-storage.ts';

/**
 * Stores pools, their policies, proxies, leases, results, sweeps and idempotency keys, one part for
 * each noun. A method makes at most one write per item; only `leases.recordUse` makes up to three,
 * on a row that was never used. Each method is idempotent or tells who won, with two exceptions:
 * `leases.recordUse` counts every call, and `leaseCount` counts a repeated acquisition again. Every
 * read-modify-write has a condition. To readers, items past `expiresAtEpochSeconds` do not exist.
 * `test/support/storage-contract/storage-contract.ts` is the whole contract.
 */
export interface Storage {
  readonly pools: PoolStorage;
  readonly policies: PolicyStorage;
  readonly proxies: ProxyStorage;
  readonly leases: LeaseStorage;
  readonly leaseKeys: LeaseKeyStorage;
  readonly results: ResultStorage;
  readonly sweeps: SweepStorage;
  readonly sweepKeys: SweepKeyStorage;
}

/** An item that may expire. */
interface Expiring {
  readonly expiresAtEpochSeconds?: number;
}

/** Whether an item has expired; to readers, such an item does not exist. */
export function isExpired({ expiresAtEpochSeconds }: Expiring, nowMs: number): boolean {
  return expiresAtEpochSeconds !== undefined && expiresAtEpochSeconds * 1000 <= nowMs;
}

/** The item as readers see it; null when there is none or it has expired. */
export function unlessExpired<Item extends Expiring>(
  item: Item | null | undefined,
  nowMs: number,
): Item | null {
  return item && !isExpired(item, nowMs) ? item : null;
}
