import type { StoredLease } from '../model/proxy-row.ts';
import { formatSecretUrl, schemeOf } from '../proxies/endpoint.ts';
import type { Proxy } from '../proxies/proxy.ts';

/** A consumer's hold on a proxy until `expiresAt`, by the clock of the process that acquired it. */
export interface Lease {
  /** Names its proxy, and this lease alone: a newer lease of the same proxy has another id. */
  readonly leaseId: string;
  readonly poolName: string;
  readonly consumerName: string;
  /** With credentials, which do not print; `formatLeasedUrl` shows them. */
  readonly proxy: Proxy;
  /** ISO 8601. */
  readonly acquiredAt: string;
  /** ISO 8601. From then on the consumer no longer holds the proxy. */
  readonly expiresAt: string;
  /** How long a renewal lasts unless it says otherwise. */
  readonly leaseSeconds: number;
}

/** The part of a lease that names it. */
export type LeaseReference = Pick<Lease, 'poolName' | 'leaseId'>;

/**
 * The full URL of a leased proxy, password included, for the client that uses it. A SOCKS proxy
 * that was listed as `socks4a:` or `socks5h:` is written so: clients then leave names to the proxy.
 */
export function formatLeasedUrl({ proxy }: Pick<Lease, 'proxy'>): string {
  return formatSecretUrl({ ...proxy, protocol: schemeOf(proxy) });
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
