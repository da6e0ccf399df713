import { isIPv4 } from 'node:net';
import { isPrivateName, refuseAddress, refusePort } from '../address-policy.ts';
import { isSocks, refuseCredentials } from '../credential-limits.ts';
import { Credentials } from '../credentials.ts';
import type { ProxyEndpoint } from '../endpoint.ts';
import { parseHost } from '../host.ts';
import { type Rejection, RejectionReason, reject } from '../rejection.ts';
import { INVALID_PORT, isPort, MISSING_PORT } from './host-port.ts';
import type { RawEndpoint } from './raw-endpoint.ts';
import type { Scheme, Schemes } from './schemes.ts';

/** The rules by which the entries of a list are checked. */
export interface EndpointRules {
  readonly schemes: Schemes;
  readonly defaultScheme: Scheme;
  readonly allowPrivateAddresses: boolean;
}

/** Checks an endpoint as written and gives it its canonical form. */
export function resolveEndpoint(raw: RawEndpoint, rules: EndpointRules): ProxyEndpoint | Rejection {
  const scheme = findScheme(raw, rules);
  if ('reason' in scheme) return scheme;
  const port = resolvePort(raw.port, raw.scheme === null ? undefined : scheme.defaultPort);
  if (typeof port !== 'number') return port;
  const host = resolveHost(raw.host, rules);
  if (typeof host !== 'string') return host;
  const { username, password, tags, labels } = raw;
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
    ...(labels && { labels }),
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
