import type { Credentials } from '../../proxies/credentials.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';
import type { Target } from '../target.ts';

/** A field's name, in the spelling in which it is sent, and its value. */
type Field = readonly [name: string, value: string];

/** Proxies exist that answer no CONNECT without it. */
const USER_AGENT: Field = ['User-Agent', 'Lighthouse/0.1'];
/**
 * Sent unless the options override them, spelled as everybody does: proxies exist that know no other
 * spelling. No coding is asked for, since what is compressed must be decompressed to be searched.
 */
const DEFAULT_FIELDS: readonly Field[] = [
  USER_AGENT,
  ['Accept', '*/*'],
  ['Accept-Encoding', 'identity'],
];

/** The fields of a request, names and values in turn, made once for all probes alike. */
export interface RequestFields {
  /** The fields for the target: over a tunnel, or directly. */
  readonly direct: readonly string[];
  /** The fields for a forwarding proxy: those for the target and those for any proxy. */
  readonly forwarded: readonly string[];
}

/** One GET; see `requestText`. */
export interface TargetRequest {
  readonly target: Target;
  /** Request target: origin form, or absolute form towards a forwarding proxy. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/** The caller's fields in the caller's spelling; a field for the proxy outranks one for the target. */
export function requestFields({
  headers,
  proxyHeaders,
}: Pick<HealthCheckOptions, 'headers' | 'proxyHeaders'>): RequestFields {
  const direct = override(DEFAULT_FIELDS, headers);
  return { direct: direct.flat(), forwarded: override(direct, proxyHeaders).flat() };
}

/** The request for the target itself: over a tunnel, or directly. */
export function originRequest(target: Target, { direct }: RequestFields): TargetRequest {
  return { target, path: target.path, headers: direct };
}

/** The request for a forwarding proxy, with the fields meant for the proxy alone. */
export function forwardedRequest(
  target: Target,
  { forwarded }: RequestFields,
  { credentials }: Proxy,
): TargetRequest {
  const headers = credentials
    ? [...forwarded, 'Proxy-Authorization', basicAuthorization(credentials)]
    : forwarded;
  return { target, path: target.absoluteUrl, headers };
}

/** The request as it goes over the wire, without a body. */
export function requestText({ target, path, headers }: TargetRequest): string {
  let text = `GET ${path} HTTP/1.1\r\nHost: ${target.url.host}\r\nConnection: close\r\n`;
  for (let index = 0; index < headers.length; index += 2) {
    text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  }
  return `${text}\r\n`;
}

/** The CONNECT request (RFC 9110, section 9.3.6), as it goes over the wire. */
export function connectRequest(
  { authority }: Target,
  { credentials }: Proxy,
  options: HealthCheckOptions,
): string {
  const authorization = credentials
    ? `Proxy-Authorization: ${basicAuthorization(credentials)}\r\n`
    : '';
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}${connectLines(options)}\r\n`;
}

const linesOfOptions = new WeakMap<HealthCheckOptions, string>();

/** The fields of CONNECT that all proxies get: like a browser, with the User-Agent of `headers`. */
function connectLines(options: HealthCheckOptions): string {
  const known = linesOfOptions.get(options);
  if (known !== undefined) return known;
  const { headers, proxyHeaders } = options;
  const userAgent = Object.entries(headers).find(([name]) => name.toLowerCase() === 'user-agent');
  const fields = override([userAgent ?? USER_AGENT], proxyHeaders);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  linesOfOptions.set(options, lines);
  return lines;
}

/** Adds fields, each in place of one of the same name, whose spelling may differ. */
function override(
  fields: readonly Field[],
  own: Readonly<Record<string, string>>,
): readonly Field[] {
  const byName = new Map(fields.map((field) => [field[0].toLowerCase(), field]));
  for (const field of Object.entries(own)) byName.set(field[0].toLowerCase(), field);
  return [...byName.values()];
}

/** Basic credentials (RFC 7617, in UTF-8). */
function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
