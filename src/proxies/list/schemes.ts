import { InvalidInputError } from '../../errors.ts';
import { BuiltInProtocol } from '../endpoint.ts';

/** What a scheme written in a list means. */
export interface Scheme {
  readonly protocol: string;
  /** The port when none is written; absent when it must be written. */
  readonly defaultPort?: number;
  /** `socks4a` and `socks5h`: the proxy resolves the target's name. */
  readonly remoteDns?: true;
}

const { http, https, socks4, socks5 } = BuiltInProtocol;
/** RFC 9110, sections 4.2.1 and 4.2.2; 1080 is `socks` in the IANA port registry. */
const BUILT_IN: readonly (readonly [string, Scheme])[] = [
  ['http', { protocol: http, defaultPort: 80 }],
  ['https', { protocol: https, defaultPort: 443 }],
  ['socks', { protocol: socks5, defaultPort: 1080 }],
  ['socks4', { protocol: socks4, defaultPort: 1080 }],
  ['socks4a', { protocol: socks4, defaultPort: 1080, remoteDns: true }],
  ['socks5', { protocol: socks5, defaultPort: 1080 }],
  ['socks5h', { protocol: socks5, defaultPort: 1080, remoteDns: true }],
];

/** Every scheme a list may use, by its lower-case name: the built-in ones and those registered. */
export function schemesWith(extraProtocols: readonly string[]): ReadonlyMap<string, Scheme> {
  const extra = extraProtocols.map((name) => [name.toLowerCase(), toExtraScheme(name)] as const);
  return new Map([...extra, ...BUILT_IN]);
}

/** The scheme of lines that name none. @throws {InvalidInputError} when it is unknown */
export function defaultScheme(schemes: ReadonlyMap<string, Scheme>, name: string): Scheme {
  const scheme = schemes.get(name.toLowerCase());
  if (scheme) return scheme;
  const known = [...schemes.keys()].join(', ');
  throw new InvalidInputError(`${JSON.stringify(name)} is not a proxy protocol; known: ${known}`, [
    { pointer: '/defaultProtocol', detail: `must be one of ${known}` },
  ]);
}

function toExtraScheme(name: string): Scheme {
  return { protocol: name.toLowerCase() };
}
