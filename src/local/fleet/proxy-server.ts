import type { Server } from 'node:net';
import type { BuiltInProtocol } from '../../proxies/endpoint.ts';
import { Conduct } from './conduct.ts';
import { Egress } from './egress.ts';
import { FleetProxy, type FleetProxyOptions } from './fleet-proxy.ts';
import { FleetServer } from './fleet-server.ts';

/** The means of serving a proxy's callers, whatever its protocol. */
export interface ProxyContext {
  readonly conduct: Conduct;
  readonly egress: Egress;
  /** Aborts when the proxy closes. */
  readonly signal: AbortSignal;
}

/** Lets a server that does not listen yet listen as a proxy of the fleet. */
export async function listenAsProxy(
  server: Server,
  protocol: BuiltInProtocol,
  options: FleetProxyOptions,
): Promise<{ readonly proxy: FleetProxy; readonly context: ProxyContext }> {
  const conduct = new Conduct(options);
  const fleetServer = await FleetServer.listen(server, {
    ...options,
    onConnection: (socket) => conduct.greet(socket),
  });
  const egress = new Egress({
    own: (socket) => fleetServer.track(socket),
    interceptWith: options.interceptWith,
  });
  const proxy = new FleetProxy(protocol, { server: fleetServer, egress }, options.credentials);
  return { proxy, context: { conduct, egress, signal: fleetServer.signal } };
}
