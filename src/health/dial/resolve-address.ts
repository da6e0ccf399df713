import { isIP } from 'node:net';
import { refuseAddress, refusePort } from '../../proxies/address-policy.ts';
import type { FailureCode } from '../failure.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { Target } from '../target.ts';
import type { ProbeServices } from './dial-context.ts';

/** The party whose name is looked up; a dead name is blamed on its owner. */
export type NameOwner = 'proxy' | 'target';

/** The part of a proxy or target that is dialed. */
export type HostAndPort = Pick<Target, 'host' | 'port'>;

/**
 * Turns a host into the one literal address that is dialed. Every answer must pass the address
 * policy, so that a name cannot lead to a forbidden address by having an allowed one too.
 *
 * @returns a literal address at once, so that it never waits for look-ups of names
 * @throws {ProbeFailure} when the name does not resolve, or the policy forbids what it leads to
 */
export function resolveAddress(
  services: ProbeServices,
  { host, port }: HostAndPort,
  owner: NameOwner,
): string | Promise<string> {
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
): Promise<string> {
  const answer = await services.resolver.resolve(host);
  if ('failure' in answer) throw new ProbeFailure(blameOwner(answer.failure, owner));
  for (const address of answer.addresses) assertAllowed(services, address);
  const [first] = answer.addresses;
  if (first === undefined) throw new ProbeFailure(blameOwner('dns_not_found', owner));
  return first;
}

function assertAllowed(services: ProbeServices, address: string): void {
  if (refuseAddress(address, services)) throw new ProbeFailure('address_refused');
}

/** The failure for a name that does not resolve: its owner's, unless our own side is to blame. */
export function blameOwner(failure: FailureCode, owner: NameOwner): FailureCode {
  if (owner === 'proxy') return failure;
  return failure === 'resolver_unavailable' || failure === 'out_of_resources'
    ? failure
    : 'target_name_unresolved';
}
