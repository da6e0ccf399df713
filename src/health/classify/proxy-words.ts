import { STATUS_CODES } from 'node:http';
import { Blame } from '../blame.ts';
import type { ReplyHead } from '../http/reply-head.ts';

/** What a reply says of the proxy that made it. */
export interface ProxyWords {
  /** Fields with their values, as they came; empty when the reply says nothing. */
  readonly text: string;
  /** True when only the proxy itself can have said it, in a reply that may be the target's. */
  readonly isOwn: boolean;
  /** Whom the words blame for a failed way to the target; undefined when they do not say. */
  readonly blame: Blame | undefined;
}

type BlameOf = (value: string) => Blame | undefined;

const ofTheProxy: BlameOf = () => Blame.proxy;

/** RFC 9209, section 2.3: the error types that tell of the proxy, not of the way to the target. */
const OWN_ERROR_TYPES: ReadonlySet<string> = new Set([
  'destination_not_found',
  'destination_ip_prohibited',
  'destination_ip_unroutable',
  'connection_limit_reached',
  'http_request_error',
  'http_request_denied',
  'proxy_internal_response',
  'proxy_internal_error',
  'proxy_configuration_error',
  'proxy_loop_detected',
]);

/** Those that tell of the target, or of the way to it, in the words that the others begin with. */
const WAY_ERROR_TYPE = /^(?:dns|destination|connection|tls|http)_/;

/** RFC 9209, section 2.1.1; Bright Data and others write it in either case. */
const ERROR_TYPE = /;\s*error\s*=\s*([a-z0-9_-]+)/gi;
/** A string (RFC 9110, section 5.6.4); one that is left open goes on to the end. */
const QUOTED = /"((?:[^"\\]|\\.?)*)(?:"|$)/g;
const NAME = /^[\w-]+$/;

/** Squid's error pages (squid-cache.org, "Feature: Customizable Error Pages") about the target. */
const SQUID_TARGET_ERROR =
  /^ERR_(?:CONNECT_FAIL|DNS_FAIL|READ_|WRITE_|ZERO_SIZE|SECURE_|INVALID_RESP|LIFETIME|GATEWAY|FTP_)/;

/**
 * Fields in which a proxy speaks of itself, by name in lower case; `*` stands for the rest of a
 * name. To add a provider, add its line. `Via` is no such field: it comes with every answer.
 */
const OWN_FIELDS: Readonly<Record<string, BlameOf>> = {
  'proxy-status': blameOfProxyStatus,
  'x-squid-error': (value) => (SQUID_TARGET_ERROR.test(value) ? Blame.target : Blame.proxy),
  // Bright Data, "Proxy error catalog", and its earlier names.
  'x-brd-*': ofTheProxy,
  'x-luminati-*': ofTheProxy,
  'x-lum-*': ofTheProxy,
  'x-hola-*': ofTheProxy,
  // Zyte Smart Proxy Manager, once Crawlera, and the proxy mode of Zyte API.
  'x-crawlera-error*': ofTheProxy,
  'x-zyte-error*': ofTheProxy,
  'zyte-error*': ofTheProxy,
  // Oxylabs, "Response codes": only errors of its own infrastructure have it.
  'x-error-description': ofTheProxy,
  'x-oxylabs-*': ofTheProxy,
  // Webshare, Decodo (once Smartproxy), SOAX, NetNut, IPRoyal, Apify, ProxyMesh, Rayobyte.
  'x-webshare-*': ofTheProxy,
  'x-smartproxy-*': ofTheProxy,
  'x-decodo-*': ofTheProxy,
  'x-soax-*': ofTheProxy,
  'x-netnut-*': ofTheProxy,
  'x-iproyal-*': ofTheProxy,
  'x-apify-proxy-*': ofTheProxy,
  'x-proxymesh-*': ofTheProxy,
  'x-rayobyte-*': ofTheProxy,
  // Forwarders of no provider in particular.
  'proxy-error*': ofTheProxy,
  'x-proxy-error*': ofTheProxy,
  'x-proxy-reason': ofTheProxy,
};

const OWN_FIELD_PATTERNS = Object.entries(OWN_FIELDS).map(([name, blameOf]) => ({
  pattern: new RegExp(`^${name.replace('*', '.*')}$`),
  blameOf,
}));

/** What providers tell beside any answer, a good one too: the exit that was used, and the like. */
const INCIDENTAL =
  /-(?:ip|ips|gip|asn|city|country|region|timeline|session|session-id|debug|peer|version|id)$/;

/** Fields of an unknown provider; they count only in a reply that is surely the proxy's. */
const EXPLANATION = /(?:^|-)(?:err|error|errors|reason|failure)(?:-|$)/;
/** A name of words; apart from `EXPLANATION`, since both in one would take quadratic time. */
const WORDS = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Whom to blame where fields differ: the one that is named most exactly. */
const BY_EXACTNESS = [Blame.target, Blame.proxy, Blame.unclear] as const;

/** The most fields of a reply that are looked at. */
const MAX_FIELDS = 100;

/** Fields that complete what a proxy says. */
const COMPLETING: ReadonlySet<string> = new Set([
  'proxy-authenticate',
  'www-authenticate',
  'retry-after',
]);

/**
 * Reads what a reply says of the proxy.
 *
 * @param isSurelyItsOwn true for a reply to CONNECT, which nobody but the proxy can have made
 */
export function wordsOf(reply: ReplyHead, isSurelyItsOwn: boolean): ProxyWords {
  const said: string[] = [];
  const blames: (Blame | undefined)[] = [];
  let isOwn = false;
  for (let index = 0; index < Math.min(reply.fields.length, 2 * MAX_FIELDS); index += 2) {
    const [name = '', value = ''] = reply.fields.slice(index, index + 2);
    const lowerCase = name.toLowerCase();
    const blameOf = blameReaderOf(lowerCase);
    if (blameOf) {
      const blame = blameOf(value);
      blames.push(blame);
      // A bare Proxy-Status, too, is kept where something else shows that the reply is its own.
      isOwn ||= blame !== undefined;
    } else if (WORDS.test(lowerCase) && EXPLANATION.test(lowerCase)) {
      if (!isSurelyItsOwn) continue;
      blames.push(Blame.unclear);
    } else if (!COMPLETING.has(lowerCase)) continue;
    said.push(`${name}: ${value}`);
  }
  const reason = ownReason(reply);
  if (reason !== undefined) said.push(reason);
  const text = isSurelyItsOwn || isOwn ? said.join('; ') : '';
  return { text, isOwn, blame: BY_EXACTNESS.find((blame) => blames.includes(blame)) };
}

/**
 * RFC 9209, section 2: a list, in which the proxy nearest to us comes last. Without an error, a proxy
 * only says that it passed the answer on.
 */
function blameOfProxyStatus(value: string): Blame | undefined {
  const types = [...withoutQuoted(value).matchAll(ERROR_TYPE)];
  const type = types.at(-1)?.[1]?.toLowerCase();
  if (type === undefined) return undefined;
  if (OWN_ERROR_TYPES.has(type)) return Blame.proxy;
  return WAY_ERROR_TYPE.test(type) ? Blame.target : Blame.unclear;
}

/** A field's value with its strings emptied, except those that might as well stand bare. */
export function withoutQuoted(value: string): string {
  return value.replace(QUOTED, (_quoted, text: string) => (NAME.test(text) ? text : '""'));
}

function blameReaderOf(name: string): BlameOf | undefined {
  if (INCIDENTAL.test(name)) return undefined;
  return OWN_FIELD_PATTERNS.find(({ pattern }) => pattern.test(name))?.blameOf;
}

/** A reason phrase that says more than its status does. */
function ownReason({ statusCode, reason }: ReplyHead): string | undefined {
  const usual = STATUS_CODES[statusCode] ?? '';
  const isUsual = reason === '' || reason.toLowerCase() === usual.toLowerCase();
  return isUsual ? undefined : `${statusCode} ${reason}`;
}
