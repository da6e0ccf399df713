import { isIPv4 } from 'node:net';
import { isPrivateName, refuseAddress, refusePort } from '../address-policy.ts';
import { isSocks, refuseCredentials } from '../credential-limits.ts';
import { Credentials } from '../credentials.ts';
import type { ProxyEndpoint, ProxyTags } from '../endpoint.ts';
import { parseHost } from '../host.ts';
import { type Rejection, RejectionReason, reject } from '../rejection.ts';
import { INVALID_PORT, isPort, MISSING_PORT } from './host-port.ts';
import type { Scheme } from './schemes.ts';

/** An endpoint as written in a list, taken apart but not yet judged. */
export interface RawEndpoint {
  /** As written, in any case; null for the list's default protocol. */
  readonly scheme: string | null;
  /** Without brackets. */
  readonly host: string;
  /** The digits as written; null when there are none. */
  readonly port: string | null;
  /** `30` of the range of addresses `1.2.3.0/30`; null for one address. */
  readonly prefix: string | null;
  /** `8090` of the range of ports `8080-8090`; null for one port. */
  readonly lastPort: string | null;
  /** Empty together with the password when there are no credentials. */
  readonly username: string;
  readonly password: string;
  /** SOCKS with the target's name left to the proxy. */
  readonly remoteDns?: boolean;
  readonly tags?: ProxyTags;
}

/** The rules by which the entries of a list are judged. */
export interface EndpointRules {
  readonly schemes: ReadonlyMap<string, Scheme>;
  readonly defaultScheme: Scheme;
  readonly allowPrivateAddresses: boolean;
}

/** Judges an endpoint as written and gives it its canonical form. */
export function resolveEndpoint(raw: RawEndpoint, rules: EndpointRules): ProxyEndpoint | Rejection {
  const scheme = findScheme(raw, rules);
  if ('reason' in scheme) return scheme;
  const port = resolvePort(raw.port, raw.scheme === null ? undefined : scheme.defaultPort);
  if (typeof port !== 'number') return port;
  const host = resolveHost(raw.host, rules);
  if (typeof host !== 'string') return host;
  const { username, password, tags } = raw;
  const hasCredentials = username !== '' || password !== '';
  const refusal = hasCredentials ? refuseCredentials(scheme.protocol, username, password) : null;
  if (refusal) return refusal;
  const remoteDns = scheme.remoteDns || (raw.remoteDns && isSocks(scheme.protocol));
  return {
    protocol: scheme.protocol,
    host,
    port,
    ...(hasCredentials && { credentials: new Credentials(username, password) }),
    ...(remoteDns && { remoteDns }),
    ...(tags && { tags }),
  };
}

function findScheme(raw: RawEndpoint, rules: EndpointRules): Scheme | Rejection {
  if (raw.scheme === null) return rules.defaultScheme;
  const scheme = rules.schemes.get(raw.scheme.toLowerCase());
  if (scheme) return scheme;
  const known = [...rules.schemes.keys()].join(', ');
  return reject(RejectionReason.unknownScheme, `the scheme is not one of ${known}`);
}

function resolvePort(text: string | null, defaultPort: number | undefined): number | Rejection {
  if (text === null) return defaultPort ?? MISSING_PORT;
  if (!isPort(text)) return INVALID_PORT;
  const port = Number(text);
  const refusal = refusePort(port);
  return refusal ? reject(RejectionReason.deniedPort, refusal.detail) : port;
}

function resolveHost(text: string, rules: EndpointRules): string | Rejection {
  const host = parseHost(text);
  if (typeof host !== 'string') return host;
  if (!host.includes(':') && !isIPv4(host)) {
    if (rules.allowPrivateAddresses || !isPrivateName(host)) return host;
    return reject(
      RejectionReason.addressRefused,
      'the host name is not a public one: it has no dot, or a suffix for private use',
    );
  }
  const refusal = refuseAddress(host, rules);
  return refusal ? reject(RejectionReason.addressRefused, refusal.detail) : host;
}
