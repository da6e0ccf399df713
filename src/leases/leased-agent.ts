import { EventEmitter } from 'node:events';
import type { ClientRequest } from 'node:http';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { InvalidInputError } from '../errors.ts';
import { BuiltInProtocol } from '../proxies/endpoint.ts';
import { formatLeasedUrl, type Lease } from './lease.ts';

type Leased = Pick<Lease, 'proxy'>;

/**
 * Makes an agent for `node:http` and `node:https`, and for clients built on them, whose connections
 * go through a leased SOCKS proxy. The proxy resolves names when it was listed as `socks4a:` or
 * `socks5h:`; otherwise they are resolved here. Destroy the agent when the lease is released.
 *
 * @throws {InvalidInputError} when the proxy does not speak SOCKS: `leasedDispatcher` serves every
 *   protocol
 */
export function leasedAgent(lease: Leased): SocksProxyAgent {
  if (isSocks(lease)) return new SocksProxyAgent(formatLeasedUrl(lease));
  throw new InvalidInputError(
    `leasedAgent is for SOCKS proxies and this one speaks ${lease.proxy.protocol}; use leasedDispatcher`,
  );
}

export interface LeasedDispatcherOptions {
  /** PEM certificates that are trusted in place of Node's own. @default Node's own */
  readonly ca?: string;
}

/**
 * Makes a dispatcher for undici, and for the `fetch` of undici, whose requests go through a leased
 * proxy of any built-in protocol. Where names of a SOCKS proxy's targets are resolved is as for
 * `leasedAgent`. Destroy the dispatcher when the lease is released: that also ends a CONNECT that an
 * HTTP proxy leaves unanswered, which neither a signal nor a time-out does. A SOCKS proxy has 30
 * seconds for its handshake, the default of the package `socks`.
 */
export function leasedDispatcher(lease: Leased, { ca }: LeasedDispatcherOptions = {}): Dispatcher {
  const tls = ca === undefined ? {} : { ca };
  if (isSocks(lease)) return new Agent({ connect: throughSocks(leasedAgent(lease), tls) });
  return new ProxyAgent({ uri: formatLeasedUrl(lease), requestTls: tls, proxyTls: tls });
}

function isSocks({ proxy: { protocol } }: Leased): boolean {
  return protocol === BuiltInProtocol.socks4 || protocol === BuiltInProtocol.socks5;
}

/** Opens tunnels as the agent does, and leaves TLS to undici. */
function throughSocks(agent: SocksProxyAgent, tls: buildConnector.BuildOptions) {
  const secure = buildConnector(tls);
  return (target: buildConnector.Options, callback: buildConnector.Callback): void => {
    const isSecure = target.protocol === 'https:';
    const port = Number(target.port || (isSecure ? 443 : 80));
    // The agent tells a request what it did; here there is none yet.
    const request = new EventEmitter() as ClientRequest;
    agent.connect(request, { host: target.hostname, port, secureEndpoint: false }).then(
      (socket) => {
        if (isSecure) secure({ ...target, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: Error) => callback(error, null),
    );
  };
}
