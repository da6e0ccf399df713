import { createServer } from 'node:net';
import { BuiltInProtocol } from '../../proxies/endpoint.ts';
import { ByteReader } from './byte-reader.ts';
import { Conduct } from './conduct.ts';
import { Egress } from './egress.ts';
import { FleetProxy, type FleetProxyOptions } from './fleet-proxy.ts';
import { FleetServer } from './loopback-server.ts';
import type { SocksSession } from './socks-session.ts';
import { serveSocks4 } from './socks4.ts';
import { serveSocks5 } from './socks5.ts';

/** Starts a SOCKS4 proxy that also knows 4a, names resolved by the proxy. */
export function startSocks4Proxy(options: FleetProxyOptions = {}): Promise<FleetProxy> {
  return startSocksProxy(BuiltInProtocol.socks4, options, serveSocks4);
}

/** Starts a SOCKS5 proxy (RFC 1928) with username and password (RFC 1929) where asked for. */
export function startSocks5Proxy(options: FleetProxyOptions = {}): Promise<FleetProxy> {
  return startSocksProxy(BuiltInProtocol.socks5, options, serveSocks5);
}

async function startSocksProxy(
  protocol: BuiltInProtocol,
  options: FleetProxyOptions,
  serve: (session: SocksSession) => Promise<void>,
): Promise<FleetProxy> {
  const conduct = new Conduct(options);
  const server = createServer();
  const loopback = await FleetServer.listen(server, {
    ...options,
    onConnection: (socket) => conduct.greet(socket),
  });
  const egress = new Egress({
    own: (socket) => loopback.track(socket),
    interceptWith: options.interceptWith,
  });
  const { signal } = loopback;
  server.on('connection', (client) => {
    const session = { client, reader: new ByteReader(client, signal), conduct, egress, signal };
    serve(session).catch(() => client.destroy());
  });
  return new FleetProxy(protocol, { server: loopback, egress }, options.credentials);
}
