import { createServer } from 'node:net';
import { BuiltInProtocol } from '../../proxies/endpoint.ts';
import type { FleetProxy, FleetProxyOptions } from './fleet-proxy.ts';
import { listenAsProxy } from './proxy-server.ts';
import { ByteReader, type SocksSession } from './socks-session.ts';
import { serveSocks4 } from './socks4.ts';
import { serveSocks5 } from './socks5.ts';

/** Starts a SOCKS4 proxy that also knows 4a, in which the proxy resolves names. */
export function startSocks4Proxy(options: FleetProxyOptions = {}): Promise<FleetProxy> {
  return startSocksProxy(BuiltInProtocol.socks4, options, serveSocks4);
}

/** Starts a SOCKS5 proxy (RFC 1928), with password authentication (RFC 1929) on request. */
export function startSocks5Proxy(options: FleetProxyOptions = {}): Promise<FleetProxy> {
  return startSocksProxy(BuiltInProtocol.socks5, options, serveSocks5);
}

async function startSocksProxy(
  protocol: BuiltInProtocol,
  options: FleetProxyOptions,
  serve: (session: SocksSession) => Promise<void>,
): Promise<FleetProxy> {
  const server = createServer();
  const { proxy, context } = await listenAsProxy(server, protocol, options);
  server.on('connection', (client) => {
    const reader = new ByteReader(client, context.signal);
    serve({ ...context, client, reader }).catch(() => client.destroy());
  });
  return proxy;
}
