import type { Socket } from 'node:net';
import type { Proxy } from '../../proxies/proxy.ts';
import { silenceFailure } from '../dns/name-resolver.ts';
import { Phase } from '../health-check-result.ts';
import type { Target } from '../target.ts';
import { type Addresses, connectTcp } from './connect-tcp.ts';
import type { DialContext, Route } from './dial-context.ts';
import {
  assertTargetAllowed,
  blameOwner,
  type HostAndPort,
  type NameOwner,
  pickAddress,
  resolveAddresses,
} from './resolve-address.ts';
import { secureDirectly, secureTarget } from './secure-target.ts';

/** A socket over which the target can be asked. */
export interface Connection {
  readonly socket: Socket;
  /** True when the request goes to the proxy, in absolute form and with the proxy's fields. */
  readonly forwarded: boolean;
  readonly certificateChanged: boolean;
  /** True when what comes over it is the target's own, inside TLS that proves so. */
  readonly isTargets?: boolean;
}

/** The proxy that a target is asked through, and the route of its protocol. */
export interface Passage {
  readonly proxy: Proxy;
  readonly route: Route;
}

/**
 * Turns a proxy and a target into a connected socket, phase by phase, under the attempt's deadline:
 *
 * ```
 * dns ─ connect ─ [proxyTls] ─ [handshake: CONNECT or SOCKS] ─ [targetTls] ─> connection
 * ```
 *
 * @throws {ProbeFailure} when a phase fails; socket errors end the attempt by themselves
 */
export async function dial(
  context: DialContext,
  { proxy, route }: Passage,
  target: Target,
): Promise<Connection> {
  const { attempt, services } = context;
  const { phases } = attempt;
  assertTargetAllowed(services, target);
  const addresses = await lookUp(context, proxy, 'proxy');
  const targetHost = route.resolvesTarget(proxy)
    ? pickAddress(await lookUp(context, target, 'target'), attempt.addressTurn)
    : target.host;
  const forwarded = route.forwardsHttp && !target.secure;
  const socket = await route.open({ ...context, proxy, addresses, target, targetHost, forwarded });
  if (!target.secure) return { socket, forwarded, certificateChanged: false };
  phases.enter(Phase.targetTls);
  return { ...(await secureTarget(context, socket, target)), forwarded };
}

/** Connects to a target without a proxy, as the control probe does. */
export async function dialDirectly(context: DialContext, target: Target): Promise<Connection> {
  const { attempt } = context;
  const { phases } = attempt;
  const addresses = await lookUp(context, target, 'target');
  const socket = await connectTcp(attempt, addresses, target.port);
  if (!target.secure) return { socket, forwarded: false, certificateChanged: false };
  phases.enter(Phase.targetTls);
  const secured = await secureDirectly(context, socket, target);
  return { socket: secured, forwarded: false, certificateChanged: false };
}

/** A literal address enters no phase and takes no turn of the event loop except the `await`. */
function lookUp(
  { attempt, services }: DialContext,
  peer: HostAndPort,
  owner: NameOwner,
): string | Promise<Addresses> {
  const address = resolveAddresses(services, peer, owner);
  if (typeof address === 'string') return address;
  attempt.phases.enter(Phase.dns);
  attempt.explainTimeout(() => blameOwner(silenceFailure(services.resolver), owner));
  return address.then((resolved) => {
    attempt.explainTimeout(undefined);
    attempt.phases.enter(Phase.connect);
    return resolved;
  });
}
