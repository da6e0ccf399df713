import type { ProxyLabels, ProxyTags } from '../endpoint.ts';

/** An endpoint as written in a list, taken apart but not yet checked. */
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
  /** Whether the entry ends with the password, so that a comma after it could be part of it. */
  readonly isLoginLast?: boolean;
  /** SOCKS with the target's name left to the proxy. */
  readonly remoteDns?: boolean;
  readonly tags?: ProxyTags;
  readonly labels?: ProxyLabels;
  /** The names of columns and keys, and the kinds of cells, of which nothing is kept. */
  readonly ignored?: readonly string[];
}

/** An endpoint without a scheme, credentials or a range. */
export function bare(host: string, port: string | null): RawEndpoint {
  return { scheme: null, host, port, prefix: null, lastPort: null, username: '', password: '' };
}

/** Host and port from two columns. An IPv6 address there needs no brackets but may have them. */
export function joinHostPort(host: string, port: string): RawEndpoint {
  const [address = '', prefix = null] = host.split('/', 2);
  const [first = '', lastPort = null] = port.split('-', 2);
  return { ...bare(withoutBrackets(address), first), prefix, lastPort };
}

/** An IPv6 literal without the brackets it may have. */
export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
