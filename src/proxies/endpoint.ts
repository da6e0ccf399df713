import type { Credentials } from './credentials.ts';

/** Protocols with a built-in strategy. Others may be registered; see `HealthChecker`. */
export const BuiltInProtocol = {
  http: 'http',
  https: 'https',
  socks4: 'socks4',
  socks5: 'socks5',
} as const;

export type BuiltInProtocol = (typeof BuiltInProtocol)[keyof typeof BuiltInProtocol];

/** What a list may say about a proxy besides its endpoint. */
export interface ProxyTags {
  readonly source?: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string;
  readonly city?: string;
  readonly isp?: string;
  /** Autonomous system number, 0 to 4294967295. */
  readonly asn?: number;
  /** Degrees, -90 to 90. */
  readonly latitude?: number;
  /** Degrees, -180 to 180. */
  readonly longitude?: number;
}

/**
 * What else a list says about a proxy, by name: at most 16 of `[a-z0-9_-]{1,32}`, values of 1 to 128
 * bytes of UTF-8.
 */
export type ProxyLabels = Readonly<Record<string, string>>;

/** One forward proxy: an endpoint together with its credentials. */
export interface ProxyEndpoint {
  /** Lower case; `https` means TLS to the proxy. One of `BuiltInProtocol`, or a registered one. */
  readonly protocol: string;
  /** Lower-case host name (IDNA), or a canonical IPv4 or IPv6 literal without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  readonly credentials?: Credentials;
  /**
   * Listed as `socks4a` or `socks5h`: the proxy resolves the target's name, and clients shall leave
   * it to the proxy. Probes of SOCKS5 and HTTP proxies always do. No part of the identity.
   */
  readonly remoteDns?: true;
  readonly tags?: ProxyTags;
  readonly labels?: ProxyLabels;
}

const REMOTE_DNS_SCHEMES: Readonly<Record<string, string>> = {
  socks4: 'socks4a',
  socks5: 'socks5h',
};

/** The scheme that clients know the proxy by: as it was listed, `socks4a` and `socks5h` included. */
export function schemeOf({ protocol, remoteDns }: ProxyEndpoint): string {
  return (remoteDns && REMOTE_DNS_SCHEMES[protocol]) || protocol;
}

/** `host:port`, with an IPv6 literal in brackets. */
export function formatHostPort(endpoint: Pick<ProxyEndpoint, 'host' | 'port'>): string {
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}

/**
 * The proxy's URL with its password shown as `***`; safe to log, store or return. A user name
 * without a password is an access token and is hidden too, except with SOCKS4, which has no
 * passwords.
 */
export function formatRedactedUrl(endpoint: ProxyEndpoint): string {
  const { credentials, protocol } = endpoint;
  const isToken = credentials?.password === '' && protocol !== BuiltInProtocol.socks4;
  const user = credentials && !isToken ? `${encodeURIComponent(credentials.username)}:` : '';
  return `${schemeOf(endpoint)}://${user}${credentials ? '***@' : ''}${formatHostPort(endpoint)}`;
}

/**
 * The proxy's canonical URL, password included, by which its identity is made; leases and exports
 * write `schemeOf` in place of the protocol. Only they and dialing may use it.
 */
export function formatSecretUrl(endpoint: ProxyEndpoint): string {
  const { credentials } = endpoint;
  const userinfo = credentials
    ? `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`
    : '';
  return `${endpoint.protocol}://${userinfo}${formatHostPort(endpoint)}`;
}
