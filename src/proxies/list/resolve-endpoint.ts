import { isIPv4 } from 'node:net';
import { isPrivateName, refuseAddress, refusePort } from '../address-policy.ts';
import { refuseCredentials } from '../credential-limits.ts';
import { Credentials } from '../credentials.ts';
import type { ProxyEndpoint, ProxyTags } from '../endpoint.ts';
import { parseHost } from '../host.ts';
import { type Rejection, RejectionReason, reject } from '../rejection.ts';
import { isPort } from './host-port.ts';
import type { Scheme } from './schemes.ts';

/** An endpoint as a list wrote it, taken apart but not yet judged. */
export interface RawEndpoint {
  /** As written, in any case; null: the list's default protocol. */
  readonly scheme: string | null;
  /** Without brackets. */
  readonly host: string;
  /** The digits as written; null when there is none. */
  readonly port: string | null;
  /** `30` of `1.2.3.0/30`: a range of addresses; null: one address. */
  readonly prefix: string | null;
  /** `8090` of `8080-8090`: a range of ports; null: one port. */
  readonly lastPort: string | null;
  /** Empty with an empty password: no credentials. */
  readonly username: string;
  readonly password: string;
  /** SOCKS4 with the target's name resolved by the proxy. */
  readonly remoteDns?: boolean;
  readonly tags?: ProxyTags;
}

/** What the entries of one list are judged by. */
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
  const remoteDns = scheme.remoteDns || (raw.remoteDns && scheme.protocol === 'socks4');
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
  return reject(RejectionReason.unknownScheme, `The scheme is not one of ${known}.`);
}

function resolvePort(text: string | null, defaultPort: number | undefined): number | Rejection {
  if (text === null) {
    if (defaultPort !== undefined) return defaultPort;
    return reject(RejectionReason.missingPort, 'The port is missing: write host:port.');
  }
  if (!isPort(text)) {
    return reject(RejectionReason.invalidPort, 'The port is not a number from 1 to 65535.');
  }
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
      'The host name is not a public one: it has no dot, or a suffix for private use.',
    );
  }
  const refusal = refuseAddress(host, rules);
  return refusal ? reject(RejectionReason.addressRefused, refusal.detail) : host;
}
