import type { Storage } from '../../../src/storage/storage.ts';
import { type StorageMethod, TappedStorage } from './tapped-storage.ts';

/** Stands for the death of a process. */
export class Crash extends Error {}

const READS: ReadonlySet<StorageMethod> = new Set<StorageMethod>([
  'pools.get',
  'pools.listByName',
  'pools.listTended',
  'policies.get',
  'proxies.get',
  'proxies.query',
  'proxies.queryByStatus',
  'proxies.queryIdsByStatus',
  'proxies.queryIds',
  'leaseKeys.get',
  'results.get',
  'results.getNewest',
  'results.queryByProxy',
  'sweeps.get',
  'sweeps.list',
  'sweeps.readLedger',
  'sweeps.readDeferrals',
  'sweepKeys.get',
]);

/**
 * Makes a storage whose user dies right after its n-th write: the write happens, but neither its
 * answer nor that of any later call arrives.
 */
export function crashAfterWrite(storage: Storage, n: number): TappedStorage {
  const crashing = new TappedStorage(storage);
  let writes = 0;
  crashing.tapAll((name, call, args) => {
    if (writes >= n) throw new Crash();
    if (READS.has(name)) return call(...args);
    writes += 1;
    const last = writes >= n;
    const write = call(...args) as Promise<unknown>;
    return last ? write.then(() => Promise.reject(new Crash())) : write;
  });
  return crashing;
}
