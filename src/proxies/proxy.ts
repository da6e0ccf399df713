import type { ProxyEndpoint } from './endpoint.ts';
import { type PoolSalt, processSalt, proxyIdOf } from './proxy-id.ts';

/** A proxy with its identity in a pool. */
export interface Proxy extends ProxyEndpoint {
  /** Deterministic under the pool's salt, not guessable without it; a UUID version 8. */
  readonly id: string;
}

/**
 * Gives an endpoint its identity.
 *
 * @param salt the pool's salt; @default a random salt of this process
 */
export function createProxy(endpoint: ProxyEndpoint, salt: PoolSalt = processSalt): Proxy {
  return { ...endpoint, id: proxyIdOf(endpoint, salt) };
}
