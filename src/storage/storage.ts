import type { LeaseKeyStorage } from './lease-key-storage.ts';
import type { LeaseStorage } from './lease-storage.ts';
import type { PoolStorage } from './pool-storage.ts';
import type { ProxyStorage } from './proxy-storage.ts';
import type { ResultStorage } from './result-storage.ts';
import type { SweepStorage } from './sweep-storage.ts';

export type { LeaseKeyRecord, LeaseKeyStorage } from './lease-key-storage.ts';
export {
  type EndedLeases,
  type LeaseAcquisition,
  type LeaseKey,
  type LeaseRelease,
  type LeaseRenewal,
  type LeaseStorage,
  MAX_ENDED_NAMED,
  type UseReport,
} from './lease-storage.ts';
export type { ClaimOutcome, PoolClaim, PoolStorage } from './pool-storage.ts';
export type {
  InsertOptions,
  InsertOutcome,
  ManualStatusWrite,
  ProxyStorage,
  RowPage,
  RowQuery,
  StatusIdQuery,
  StatusWrite,
} from './proxy-storage.ts';
export type { ProxyResultEntry, ResultStorage } from './result-storage.ts';
export type { SweepClosing, SweepStorage } from './sweep-storage.ts';

/**
 * Where pools, proxies, leases, results and sweeps are kept. A method makes at most one write per item,
 * `recordUse` on a row that was never used up to three; each is idempotent or says who won, but for
 * what is counted: `recordUse` counts every call, and `leaseCount` an acquisition that comes twice;
 * nothing is a read-modify-write without a condition. Items
 * past `expiresAtEpochSeconds` do not exist for readers. `test/support/storage-contract.ts` is
 * the contract in full.
 */
export interface Storage
  extends PoolStorage,
    ProxyStorage,
    LeaseStorage,
    LeaseKeyStorage,
    ResultStorage,
    SweepStorage {}

export { NO_SWEEP_ID, type ProxyRow, type StoredLease } from '../model/proxy-row.ts';
