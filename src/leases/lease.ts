import type { StoredLease } from '../model/proxy-row.ts';
import { BuiltInProtocol, formatSecretUrl } from '../proxies/endpoint.ts';
import type { Proxy } from '../proxies/proxy.ts';

/** A consumer's hold on a proxy until `expiresAt`, by the clock of whoever acquired it. */
export interface Lease {
  /** Names its proxy, and this lease alone: a newer one of the same proxy has another. */
  readonly leaseId: string;
  readonly poolName: string;
  readonly consumerName: string;
  /** With credentials, which do not print; `formatLeasedUrl` shows them. */
  readonly proxy: Proxy;
  /** ISO 8601. */
  readonly acquiredAt: string;
  /** ISO 8601. From then on the proxy is not the consumer's any more. */
  readonly expiresAt: string;
  /** What a renewal adds unless it is told otherwise. */
  readonly leaseSeconds: number;
}

/** As much of a lease as names it. */
export type LeaseReference = Pick<Lease, 'poolName' | 'leaseId'>;

/**
 * The full URL of a leased proxy, password included: for whoever is about to use it. One that
 * resolves names itself is `socks4a:`, as clients tell it from `socks4:`.
 */
export function formatLeasedUrl({ proxy }: Pick<Lease, 'proxy'>): string {
  const resolves = proxy.protocol === BuiltInProtocol.socks4 && proxy.remoteDns;
  return formatSecretUrl(resolves ? { ...proxy, protocol: 'socks4a' } : proxy);
}

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
