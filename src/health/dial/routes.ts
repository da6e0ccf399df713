import type { BuiltInProtocol } from '../../proxies/proxy.ts';
import { openConnectTunnel } from './connect-tunnel.ts';
import type { Route } from './dial-context.ts';
import { openSocks4Tunnel } from './socks4-tunnel.ts';
import { openSocks5Tunnel } from './socks5-tunnel.ts';

const byTheProxy = (): boolean => false;

/** How each built-in protocol leads to a target. */
export const ROUTES: Readonly<Record<BuiltInProtocol, Route>> = {
  http: {
    tlsToProxy: false,
    forwardsHttp: true,
    resolvesTarget: byTheProxy,
    tunnel: openConnectTunnel,
  },
  https: {
    tlsToProxy: true,
    forwardsHttp: true,
    resolvesTarget: byTheProxy,
    tunnel: openConnectTunnel,
  },
  socks4: {
    tlsToProxy: false,
    forwardsHttp: false,
    resolvesTarget: (proxy) => !proxy.remoteDns,
    tunnel: openSocks4Tunnel,
  },
  socks5: {
    tlsToProxy: false,
    forwardsHttp: false,
    resolvesTarget: byTheProxy,
    tunnel: openSocks5Tunnel,
  },
};
