import type { Proxy } from '../proxies/proxy.ts';
import type { StoredLease } from '../storage/storage.ts';
import type { Lease } from './lease.ts';

/** A lease as its consumer gets it. */
export function toLease({
  leaseId,
  poolName,
  proxy,
  stored,
  leaseSeconds,
}: {
  readonly leaseId: string;
  readonly poolName: string;
  readonly proxy: Proxy;
  readonly stored: StoredLease;
  readonly leaseSeconds: number;
}): Lease {
  return {
    leaseId,
    poolName,
    consumerName: stored.consumer,
    proxy,
    acquiredAt: new Date(stored.acquiredAt).toISOString(),
    expiresAt: new Date(stored.expiresAt).toISOString(),
    leaseSeconds,
  };
}
