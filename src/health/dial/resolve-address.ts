import { isIP, isIPv4 } from 'node:net';
import { refuseAddress, refusePort } from '../../proxies/address-policy.ts';
import { silenceFailure } from '../dns/name-resolver.ts';
import type { FailureCode } from '../failure.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { Target } from '../target.ts';
import type { Addresses } from './connect-tcp.ts';
import type { ProbeServices } from './dial-context.ts';

/** The party whose name is looked up; a dead name is blamed on its owner. */
export type NameOwner = 'proxy' | 'target';

/** The part of a proxy or target that is dialed. */
export type HostAndPort = Pick<Target, 'host' | 'port'>;

/**
 * Turns a host into the literal addresses that are dialed. Each address of a name must pass the
 * address policy, and those which do not are left out: nothing but what has passed is dialed.
 *
 * @returns a literal address at once, so that it never waits for look-ups of names
 * @throws {ProbeFailure} when the name does not resolve, or the policy forbids all it leads to
 */
export function resolveAddresses(
  services: ProbeServices,
  { host, port }: HostAndPort,
  owner: NameOwner,
): string | Promise<Addresses> {
  if (refusePort(port)) throw new ProbeFailure('address_refused');
  if (isIP(host) === 0) return resolveName(services, host, owner);
  assertAllowed(services, host);
  return host;
}

/**
 * Checks the address that the proxy will connect to; a name cannot be checked here.
 *
 * @throws {ProbeFailure} when the policy forbids the address or the port
 */
export function assertTargetAllowed(services: ProbeServices, target: Target): void {
  if (refusePort(target.port)) throw new ProbeFailure('address_refused');
  if (target.family !== 0) assertAllowed(services, target.host);
}

async function resolveName(
  services: ProbeServices,
  host: string,
  owner: NameOwner,
): Promise<Addresses> {
  const { resolver } = services;
  const answer = await resolver.resolve(host);
  if ('failure' in answer) {
    const { failure } = answer;
    const cause = failure === 'dns_timeout' ? silenceFailure(resolver) : failure;
    throw new ProbeFailure(blameOwner(cause, owner));
  }
  const allowed = answer.addresses.filter((address) => !refuseAddress(address, services));
  const [first] = allowed;
  if (first === undefined) throw new ProbeFailure('address_refused');
  return allowed.length === 1 ? first : allowed;
}

function assertAllowed(services: ProbeServices, address: string): void {
  if (refuseAddress(address, services)) throw new ProbeFailure('address_refused');
}

/**
 * The address of a target that a SOCKS4 proxy gets. Further attempts get the next one.
 *
 * @returns one of IPv6 only when there is no other, since the protocol carries none
 */
export function pickAddress(addresses: Addresses, turn: number): string {
  if (typeof addresses === 'string') return addresses;
  const ipv4 = addresses.filter((address) => isIPv4(address));
  const [first = ''] = addresses;
  return ipv4[turn % ipv4.length] ?? first;
}

/** The failure for a name that does not resolve: its owner's, unless our own side is to blame. */
export function blameOwner(failure: FailureCode, owner: NameOwner): FailureCode {
  if (owner === 'proxy') return failure;
  return failure === 'resolver_unavailable' || failure === 'out_of_resources'
    ? failure
    : 'target_name_unresolved';
}
