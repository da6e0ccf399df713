import { isIPv6 } from 'node:net';
import { type HostPort, isPort, isSure, parseHostPort } from './host-port.ts';
import { parseHostFirst } from './line/colon-form.ts';
import type { RawEndpoint } from './raw-endpoint.ts';

/** The longest text a rejected entry shows, in characters. */
const MAX_REDACTED_LENGTH = 200;
/** Replaces credentials, and text that may be credentials. */
export const REDACTED = '***';

const SCHEME = /^[a-z][a-z0-9+.-]{0,19}:\/\//i;
const IPV6_CHARACTERS = /^[0-9a-f:.]+$/i;
const SHOWABLE = /^[\w.:[\]/*-]+$/;
const ANY_TAIL = { tail: 'any', portless: true } as const;

/**
 * Shows only the parts of a line that are certainly not credentials: the scheme, and the one host
 * and port that stand out. A line without such a host is shown as `***`.
 */
export function redactLine(line: string): string {
  const text = line.trim();
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  const rest = redactRest(text.slice(scheme.length), scheme !== '');
  return `${scheme}${rest}`.slice(0, MAX_REDACTED_LENGTH);
}

/** Shows the host and port of an endpoint that came in columns or JSON. */
export function redactEndpoint(raw: RawEndpoint): string {
  const userinfo = raw.username === '' && raw.password === '' ? '' : `${REDACTED}@`;
  const isHostLike = /[.:]/.test(raw.host) || raw.host === 'localhost';
  return `${userinfo}${show({ ...raw, isHostLike }) ?? REDACTED}`.slice(0, MAX_REDACTED_LENGTH);
}

function redactRest(text: string, hasScheme: boolean): string {
  if (text.includes('@')) return redactAroundAt(text, hasScheme);
  if (IPV6_CHARACTERS.test(text) && isIPv6(text)) return text;
  return showEnd(text) ?? redactFields(text);
}

/** Shows the host of the one reading there is; where there are two, either may be a password. */
function redactAroundAt(text: string, hasScheme: boolean): string {
  const right = parseHostPort(text.slice(text.lastIndexOf('@') + 1), ANY_TAIL);
  const left = parseHostPort(text.slice(0, text.indexOf('@')), { tail: 'none', portless: false });
  const before = left ?? parseHostFirst(text)?.end ?? null;
  const isContested = before !== null && isSure(before);
  if (right && (hasScheme || right.port !== null) && !(isContested && !(hasScheme && left))) {
    const shown = show(right);
    if (shown !== null) return `${REDACTED}@${shown}`;
  }
  const isRight = right !== null && (isSure(right) || hasScheme);
  if (!isContested || isRight || /[^\d.]/.test(before.host)) return REDACTED;
  return `${show(before) ?? REDACTED}${left ? '@' : ':'}${REDACTED}`;
}

/** `host:port:***`, `***:host:port`, or `***` when it is not certain which end is the host. */
function redactFields(text: string): string {
  const fields = splitFields(text);
  const start = fields.length > 1 ? showEnd(fields.slice(0, 2).join(':')) : null;
  const end = fields.length > 3 ? showEnd(fields.slice(-2).join(':')) : null;
  if (start !== null && end === null) return `${start}:${REDACTED}`;
  if (end !== null && start === null) return `${REDACTED}:${end}`;
  const host = fields.length === 2 ? showEnd(fields[0] ?? '') : null;
  return host === null ? REDACTED : `${host}:${REDACTED}`;
}

/** The fields between colons; an IPv6 literal in brackets at the beginning is one field. */
function splitFields(text: string): string[] {
  const end = text.startsWith('[') ? text.indexOf(']') + 1 : 0;
  const [first = '', ...others] = text.slice(end).split(':');
  return [text.slice(0, end) + first, ...others];
}

function showEnd(text: string): string | null {
  const end = parseHostPort(text, ANY_TAIL);
  return end && show(end);
}

function show(
  end: Pick<HostPort, 'host' | 'prefix' | 'port' | 'lastPort' | 'isHostLike'>,
): string | null {
  if (!end.isHostLike) return null;
  const host = end.host.includes(':') ? `[${end.host}]` : end.host;
  const prefix = end.prefix === null ? '' : `/${end.prefix}`;
  const port = end.port === null ? '' : `:${showPort(end.port)}`;
  const lastPort = end.lastPort === null ? '' : `-${showPort(end.lastPort)}`;
  const text = `${host}${prefix}${port}${lastPort}`;
  return SHOWABLE.test(text) ? text : null;
}

/** Digits that are no port may be a password. */
function showPort(digits: string): string {
  return isPort(digits) ? digits : REDACTED;
}
