import { isIPv6 } from 'node:net';
import { type Rejection, RejectionReason, reject } from '../../rejection.ts';
import { INVALID_PORT, isPort, MISSING_PORT, parseHostPort } from '../host-port.ts';
import { bare, type RawEndpoint } from '../raw-endpoint.ts';
import type { Schemes } from '../schemes.ts';
import { parseAroundAt } from './at-form.ts';
import { checkLogin, type Found, parseFields } from './colon-form.ts';

/** The most common line, four numbers and a port; whether they are an address is checked later. */
const PLAIN = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}):(\d{1,5})$/;
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
/** `(socks5)1.2.3.4:1080`, `[socks5] 1.2.3.4:1080`, `socks5:1.2.3.4:1080`. */
const PREFIX =
  /^(?:\(([a-z][a-z0-9+.-]*)\)|\[([a-z][a-z0-9+.-]*)\]|([a-z][a-z0-9+.-]*):(?=[^@]*$))\s*(?=\S)/i;
const IPV6_CHARACTERS = /^[0-9a-f:.]+$/i;
/** What looks like host and port, although the port may not be one. */
const HOST_AND_MORE = /^([^\s:@/[\]]*):([^\s:@/[\]]*)$/;

/**
 * Takes apart one line that has no columns: every form with `:` and `@`, with or without a scheme.
 *
 * @param text a line without a comment and surrounding spaces; not empty
 */
export function parseLineForm(text: string, schemes: Schemes): RawEndpoint | Rejection {
  const plain = PLAIN.exec(text);
  if (plain) return bare(plain[1] ?? '', plain[2] ?? null);
  const scheme = SCHEME.exec(text)?.[1] ?? null;
  if (scheme !== null) {
    const rest = text.slice(scheme.length + 3);
    return parseRest(rest.endsWith('/') ? rest.slice(0, -1) : rest, { scheme, schemes });
  }
  const [prefix = '', round, square, before] = PREFIX.exec(text) ?? [];
  const named = (round ?? square ?? before)?.toLowerCase();
  if (named === undefined || !schemes.has(named)) return parseRest(text, { scheme: null, schemes });
  const endpoint = parseRest(text.slice(prefix.length), { scheme: null, schemes });
  if ('reason' in endpoint) return endpoint;
  return endpoint.scheme === null || endpoint.scheme === named
    ? { ...endpoint, scheme: named }
    : reject(RejectionReason.ambiguous, 'the entry names two protocols; leave one out');
}

interface LineContext {
  /** As written; null when none is. */
  readonly scheme: string | null;
  readonly schemes: Schemes;
}

function parseRest(text: string, context: LineContext): RawEndpoint | Rejection {
  const { scheme, schemes } = context;
  const hasScheme = scheme !== null;
  const found = text.includes('@') ? parseAroundAt(text, { hasScheme, schemes }) : null;
  if (found) return checkFound(found, context);
  const alone = parseHostPort(text, { tail: 'comment', portless: hasScheme });
  if (alone) return assemble({ end: alone, userinfo: '' }, context);
  if (IPV6_CHARACTERS.test(text) && isBareIpv6(text)) {
    return reject(
      RejectionReason.ambiguousIpv6,
      'an IPv6 address needs brackets, as in [2001:db8::1]:8080, to tell its end from the port',
    );
  }
  const fields = parseFields(text);
  return fields ? checkFound(fields, context) : explain(text);
}

/** What follows the host may be no login. */
function checkFound(found: Found | Rejection, context: LineContext): RawEndpoint | Rejection {
  if ('reason' in found) return found;
  const checked = found.isHostFirst ? checkLogin(found, context.schemes) : found;
  return 'reason' in checked ? checked : assemble(checked, context);
}

/** An IPv6 address without brackets, followed or not by something that could be a port. */
function isBareIpv6(text: string): boolean {
  return isIPv6(text) || isIPv6(text.slice(0, text.lastIndexOf(':')));
}

/** Percent-decodes only where a scheme is written; elsewhere `%40` stays `%40`. */
function assemble(found: Found, { scheme }: LineContext): RawEndpoint | Rejection {
  const { end, userinfo, protocol, tags, labels, ignored } = found;
  if (protocol !== undefined && scheme !== null && scheme.toLowerCase() !== protocol) {
    return reject(RejectionReason.ambiguous, 'the entry names two protocols; leave one out');
  }
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
  return {
    scheme: scheme ?? protocol ?? null,
    ...{ host, port, prefix, lastPort, username, password },
    ...(userinfo !== '' && found.isLoginLast && { isLoginLast: true }),
    ...(tags && { tags }),
    ...(labels && { labels }),
    ...(ignored && { ignored }),
  };
}

/** Why the text fits no form; near misses get a reason of their own. */
function explain(text: string): Rejection {
  if (parseHostPort(text, { tail: 'any', portless: true })?.port === null) return MISSING_PORT;
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
