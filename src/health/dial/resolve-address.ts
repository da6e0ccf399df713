import { isIP } from 'node:net';
import { refuseAddress, refusePort } from '../../proxies/address-policy.ts';
import type { FailureCode } from '../failure.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { Target } from '../target.ts';
import type { ProbeServices } from './dial-context.ts';

/** Whose name is looked up; a dead name is blamed on its owner. */
export type NameOwner = 'proxy' | 'target';

/**
 * Turns a host into the one literal address that is dialed. Every answer must pass the address
 * policy, so that no name leads to a forbidden address by having an allowed one beside it.
 *
 * @returns at once for a literal address, so that it never waits for anybody's look-ups
 * @throws ProbeFailure
 */
export function resolveAddress(
  services: ProbeServices,
  host: string,
  port: number,
  owner: NameOwner,
): string | Promise<string> {
  if (refusePort(port)) throw new ProbeFailure('address_refused');
  if (isIP(host) === 0) return resolveName(services, host, owner);
  assertAllowed(services, host);
  return host;
}

/** Checks what the proxy will connect to: a literal can be checked here, a name cannot. */
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

/** A name that cannot be resolved is its owner's fault, unless our own side is to blame. */
export function blameOwner(failure: FailureCode, owner: NameOwner): FailureCode {
  if (owner === 'proxy') return failure;
  return failure === 'resolver_unavailable' || failure === 'out_of_resources'
    ? failure
    : 'target_name_unresolved';
}
