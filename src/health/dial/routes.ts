import type { Socket } from 'node:net';
import type { BuiltInProtocol } from '../../proxies/endpoint.ts';
import { Phase } from '../health-check-result.ts';
import { connectTcp } from './connect-tcp.ts';
import { openConnectTunnel } from './connect-tunnel.ts';
import type { Route, RouteContext } from './dial-context.ts';
import { secureProxy } from './secure-target.ts';
import { openSocks4, openSocks5 } from './socks-tunnel.ts';

const byTheProxy = (): boolean => false;

/** How each built-in protocol leads to a target. */
export const ROUTES: Readonly<Record<BuiltInProtocol, Route>> = {
  http: { forwardsHttp: true, resolvesTarget: byTheProxy, open: openHttp },
  https: { forwardsHttp: true, resolvesTarget: byTheProxy, open: openHttps },
  socks4: {
    forwardsHttp: false,
    resolvesTarget: (proxy) => !proxy.remoteDns,
    open: openSocks4,
  },
  socks5: { forwardsHttp: false, resolvesTarget: byTheProxy, open: openSocks5 },
};

async function openHttp(context: RouteContext): Promise<Socket> {
  const { attempt, addresses, proxy } = context;
  return throughProxy(context, await connectTcp(attempt, addresses, proxy.port));
}

async function openHttps(context: RouteContext): Promise<Socket> {
  const { attempt, addresses, proxy } = context;
  const socket = await connectTcp(attempt, addresses, proxy.port);
  attempt.phases.enter(Phase.proxyTls);
  return throughProxy(context, await secureProxy(context, socket, proxy.host));
}

async function throughProxy(context: RouteContext, socket: Socket): Promise<Socket> {
  if (context.forwarded) return socket;
  context.attempt.phases.enter(Phase.handshake);
  await openConnectTunnel(context, socket);
  return socket;
}
