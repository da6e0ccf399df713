import type { LeaseKeyStorage } from './lease-key-storage.ts';
import type { LeaseStorage } from './lease-storage.ts';
import type { PoolStorage } from './pool-storage.ts';
import type { ProxyStorage } from './proxy-storage.ts';
import type { ResultStorage } from './result-storage.ts';
import type { SweepStorage } from './sweep-storage.ts';

/**
 * Where pools, proxies, leases, results and sweeps are kept: six parts, one for each noun. A method
 * makes at most one write per item, `leases.recordUse` on a row that was never used up to three.
 * Each is idempotent or says who won, except for what is counted: `leases.recordUse` counts every
 * call, and `leaseCount` an acquisition that comes twice. Nothing is a read-modify-write without a
 * condition. Items past `expiresAtEpochSeconds` do not exist for readers.
 * `test/support/storage-contract/storage-contract.ts` is the contract in full.
 */
export interface Storage {
  readonly pools: PoolStorage;
  readonly proxies: ProxyStorage;
  readonly leases: LeaseStorage;
  readonly leaseKeys: LeaseKeyStorage;
  readonly results: ResultStorage;
  readonly sweeps: SweepStorage;
}

/** True when an item's time has come; such an item does not exist for readers. */
export function isExpired(
  item: { readonly expiresAtEpochSeconds?: number },
  nowMs: number,
): boolean {
  return item.expiresAtEpochSeconds !== undefined && item.expiresAtEpochSeconds * 1000 <= nowMs;
}
