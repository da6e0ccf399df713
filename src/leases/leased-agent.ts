import { SocksProxyAgent } from 'socks-proxy-agent';
import { InvalidInputError } from '../errors.ts';
import { BuiltInProtocol } from '../proxies/endpoint.ts';
import { formatLeasedUrl, type Lease } from './lease.ts';

/**
 * Makes an agent for `node:http` and `node:https`, and for clients built on them, whose connections
 * go through a leased SOCKS proxy. The proxy resolves names when it was listed as `socks4a:` or
 * `socks5h:`; otherwise they are resolved here. Destroy the agent when the lease is released.
 *
 * @throws {InvalidInputError} when the proxy does not speak SOCKS: undici's `ProxyAgent` takes its
 *   URL, `formatLeasedUrl(lease)`
 */
export function leasedAgent(lease: Pick<Lease, 'proxy'>): SocksProxyAgent {
  const { protocol } = lease.proxy;
  if (protocol !== BuiltInProtocol.socks4 && protocol !== BuiltInProtocol.socks5) {
    throw new InvalidInputError(
      `leasedAgent is for SOCKS proxies and this one speaks ${protocol}; use undici's ProxyAgent`,
    );
  }
  return new SocksProxyAgent(formatLeasedUrl(lease));
}
