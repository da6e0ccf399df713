import { isIPv6 } from 'node:net';
import { type Rejection, RejectionReason, reject } from '../rejection.ts';
import { type HostPort, INVALID_PORT, isPort, MISSING_PORT, parseHostPort } from './host-port.ts';
import type { RawEndpoint } from './resolve-endpoint.ts';

/** The most common line, four numbers and a port; whether they are an address is judged later. */
const PLAIN = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}):(\d{1,5})$/;
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const IPV6_CHARACTERS = /^[0-9a-f:.]+$/i;
/** What looks like host and port, although the port may not be one. */
const HOST_AND_MORE = /^([^\s:@/[\]]*):([^\s:@/[\]]*)$/;
const USER_PASS_END = /^([^:]*):(.*):([^:]*:\d+\D?.*)$/;

/**
 * Takes apart one line that is not CSV: every form with `:` and `@`, with or without a scheme.
 *
 * @param text a line without a comment and surrounding spaces; not empty
 */
export function parseLineForm(text: string): RawEndpoint | Rejection {
  const plain = PLAIN.exec(text);
  if (plain) return bare(plain[1] ?? '', plain[2] ?? null);
  const scheme = SCHEME.exec(text)?.[1] ?? null;
  if (scheme === null) return parseRest(text, null);
  const rest = text.slice(scheme.length + 3);
  return parseRest(rest.endsWith('/') ? rest.slice(0, -1) : rest, scheme);
}

/** An endpoint without a scheme, credentials or a range. */
export function bare(host: string, port: string | null): RawEndpoint {
  return { scheme: null, host, port, prefix: null, lastPort: null, username: '', password: '' };
}

function parseRest(text: string, scheme: string | null): RawEndpoint | Rejection {
  const at = text.lastIndexOf('@');
  const found = at < 0 ? null : parseAroundAt(text, at, scheme !== null);
  if (found) return assemble(found, scheme);
  const alone = parseHostPort(text, { tail: true, portless: scheme !== null });
  if (alone) return assemble({ end: alone, userinfo: '' }, scheme);
  if (IPV6_CHARACTERS.test(text) && isBareIpv6(text)) {
    return reject(
      RejectionReason.ambiguousIpv6,
      'an IPv6 address needs brackets, as in [2001:db8::1]:8080, to tell its end from the port',
    );
  }
  const fields = parseFields(text);
  return fields ? assemble(fields, scheme) : explain(text);
}

interface Found {
  readonly end: HostPort;
  /** `user:password` or `user`. */
  readonly userinfo: string;
}

/** `user:pass@host:port`, split at the last `@`, or `host:port@user:pass`, split at the first. */
function parseAroundAt(text: string, at: number, portless: boolean): Found | null {
  const right = parseHostPort(text.slice(at + 1), { tail: true, portless });
  if (right?.isHostLike) return { end: right, userinfo: text.slice(0, at) };
  const first = text.indexOf('@');
  const left = parseHostPort(text.slice(0, first), { tail: false, portless: false });
  if (left && (left.isHostLike || !right)) return { end: left, userinfo: text.slice(first + 1) };
  return right && { end: right, userinfo: text.slice(0, at) };
}

/**
 * `host:port:user:pass` or `user:pass:host:port`: the host is an address or a dotted name. When
 * both ends have one, it comes first. A host without a dot counts only when there is no other.
 */
function parseFields(text: string): Found | null {
  const start = parseHostFirst(text);
  if (start?.end.isHostLike) return start;
  const end = parseHostLast(text);
  return end?.end.isHostLike ? end : (start ?? end);
}

function parseHostFirst(text: string): Found | null {
  const hostEnd = text.startsWith('[') ? text.indexOf(']') + 1 : text.indexOf(':');
  const portEnd = text.indexOf(':', hostEnd + 1);
  if (hostEnd <= 0 || portEnd < 0 || !text.includes(':', portEnd + 1)) return null;
  const end = parseHostPort(text.slice(0, portEnd), { tail: false, portless: false });
  return end && { end, userinfo: text.slice(portEnd + 1) };
}

function parseHostLast(text: string): Found | null {
  const bracket = text.lastIndexOf(':[');
  const match = bracket < 0 ? USER_PASS_END.exec(text) : null;
  const start = match ? text.length - (match[3] ?? '').length : bracket + 1;
  if (start <= 0) return null;
  const userinfo = text.slice(0, start - 1);
  const end = parseHostPort(text.slice(start), { tail: true, portless: false });
  return end && userinfo.includes(':') ? { end, userinfo } : null;
}

/** An IPv6 address without brackets, followed or not by something that could be a port. */
function isBareIpv6(text: string): boolean {
  return isIPv6(text) || isIPv6(text.slice(0, text.lastIndexOf(':')));
}

/** Percent-decodes only where a scheme is written; elsewhere `%40` stays `%40`. */
function assemble({ end, userinfo }: Found, scheme: string | null): RawEndpoint | Rejection {
  const colon = userinfo.indexOf(':');
  const user = colon < 0 ? userinfo : userinfo.slice(0, colon);
  const pass = colon < 0 ? '' : userinfo.slice(colon + 1);
  const username = scheme === null ? user : percentDecode(user);
  const password = scheme === null ? pass : percentDecode(pass);
  if (username === null || password === null) {
    return reject(
      RejectionReason.invalidCredentials,
      'the percent-encoded user name or password is not UTF-8',
    );
  }
  const { host, port, prefix, lastPort } = end;
  return { scheme, host, port, prefix, lastPort, username, password };
}

/** Why the text fits no form; near misses get a reason of their own. */
function explain(text: string): Rejection {
  if (parseHostPort(text, { tail: true, portless: true })) return MISSING_PORT;
  const [, host, port] = HOST_AND_MORE.exec(text) ?? [];
  if (host === undefined || port === undefined) {
    return reject(
      RejectionReason.unrecognised,
      'the entry is in none of the known forms, such as host:port, user:password@host:port or scheme://host:port',
    );
  }
  if (host === '' && isPort(port)) {
    return reject(RejectionReason.invalidHost, 'the host is missing; write host:port');
  }
  return INVALID_PORT;
}

const ESCAPES = /(?:%[0-9a-f]{2})+/gi;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Percent-decodes as the WHATWG URL standard does: a `%` without two hex digits after it stays.
 *
 * @returns null when the decoded bytes are not UTF-8
 */
function percentDecode(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return text.replace(ESCAPES, (run) =>
      decoder.decode(Buffer.from(run.replaceAll('%', ''), 'hex')),
    );
  } catch {
    return null;
  }
}
