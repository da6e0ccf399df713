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

/** Every scheme a list may use, by its lower-case name. */
export type Schemes = ReadonlyMap<string, Scheme>;

/** The longest text that may name protocols, in UTF-16 units. */
const MAX_PROTOCOLS_LENGTH = 64;
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

/** The built-in schemes and those registered. */
export function schemesWith(extraProtocols: readonly string[]): Schemes {
  const extra = extraProtocols.map((name) => [name.toLowerCase(), toExtraScheme(name)] as const);
  return new Map([...extra, ...BUILT_IN]);
}

/**
 * The protocols that a word or a few of them name, however lists spell them: `SOCKS5`, `socks 5`,
 * `HTTP/HTTPS` (one HTTP proxy, which tunnels), `http, socks5` (one proxy of each).
 *
 * @returns schemes in lower case; null when anything else is in the text
 */
export function protocolsIn(text: string, schemes: Schemes): readonly string[] | null {
  if (text.length > MAX_PROTOCOLS_LENGTH) return null;
  const whole = findScheme(text, schemes);
  if (whole !== null) return [whole];
  if (!/[\s/,;|+&]/.test(text)) return null;
  const names = text.split(/\s*[/,;|+&]\s*|\s+(?:and\s+)?/i).filter((name) => name !== '');
  const found = names.map((name) => findScheme(name, schemes));
  if (found.length === 0 || !found.every((name) => name !== null)) return null;
  const unique = [...new Set(found)];
  return text.includes('/') ? withoutTunnel(unique) : unique;
}

/** A proxy that is named HTTP and HTTPS at once is an HTTP proxy which tunnels. */
export function withoutTunnel(schemes: readonly string[]): readonly string[] {
  return schemes.includes(BuiltInProtocol.http)
    ? schemes.filter((name) => name !== BuiltInProtocol.https)
    : schemes;
}

function findScheme(text: string, schemes: Schemes): string | null {
  const name = text.trim().toLowerCase();
  if (schemes.has(name)) return name;
  if (!/http|socks|prox/.test(name)) return null;
  if (name === 'http(s)' || name === 'http/s') return BuiltInProtocol.http;
  const short = name
    .replace(/[\s_-]*prox(?:y|ies)$/, '')
    .replace(/^socks[\s_-]*v?(?=[45])/, 'socks');
  return schemes.has(short) ? short : null;
}

/** The scheme of lines that name none. @throws {InvalidInputError} when it is unknown */
export function defaultScheme(schemes: Schemes, name: string): Scheme {
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
