import type { ProxyEndpoint } from './endpoint.ts';
import type { Proxy } from './proxy.ts';

/**
 * One proxy as a line of NDJSON that `parseProxyList` reads back to the same identity and tags.
 * It contains the password.
 */
export function toListEntryJson(proxy: Proxy | ProxyEndpoint): string {
  const { protocol, host, port, credentials, remoteDns, tags } = proxy;
  return JSON.stringify({
    protocol,
    host,
    port,
    ...(credentials && { username: credentials.username, password: credentials.password }),
    ...(remoteDns && { remoteDns }),
    ...tags,
  });
}
