import { type Rejection, RejectionReason, reject } from '../../rejection.ts';
import { type HostPort, parseHostPort } from '../host-port.ts';
import type { Schemes } from '../schemes.ts';
import { type Recognised, recognise } from './recognise.ts';
import {
  type CollectedTags,
  collectTags,
  isKnown,
  NEITHER_LOGIN_NOR_TAG,
  protocolsOf,
} from './recognised-tags.ts';

const USER_PASS_END = /^([^:]*):(.*):([^:]*:\d+\D?.*)$/;

/** The parts of a line, not yet decoded. */
export interface Found extends CollectedTags {
  readonly end: HostPort;
  /** `user:password` or `user`; empty when there is none. */
  readonly userinfo: string;
  /** Whether the login stands behind the host, without an `@` between them. */
  readonly isHostFirst?: true;
  /** Whether the login stands behind the host, in either way. */
  readonly isLoginLast?: true;
  /** The protocol, when a field names it. */
  readonly protocol?: string;
}

/**
 * `host:port:user:pass` or `user:pass:host:port`: the host is an address or a dotted name. When
 * both ends have one, it comes first. A host without a dot counts only when there is no other.
 */
export function parseFields(text: string): Found | null {
  const start = parseHostFirst(text);
  if (start?.end.isHostLike) return start;
  const end = parseHostLast(text);
  return end?.end.isHostLike ? end : (start ?? end);
}

/** `host:port:` and whatever follows. */
export function parseHostFirst(text: string): Found | null {
  const hostEnd = text.startsWith('[') ? text.indexOf(']') + 1 : text.indexOf(':');
  const portEnd = text.indexOf(':', hostEnd + 1);
  if (hostEnd <= 0 || portEnd < 0) return null;
  const end = parseHostPort(text.slice(0, portEnd), { tail: 'none', portless: false });
  return end && { end, userinfo: text.slice(portEnd + 1), isHostFirst: true, isLoginLast: true };
}

function parseHostLast(text: string): Found | null {
  const bracket = text.lastIndexOf(':[');
  const match = bracket < 0 ? USER_PASS_END.exec(text) : null;
  const start = match ? text.length - (match[3] ?? '').length : bracket + 1;
  if (start <= 0) return null;
  const userinfo = text.slice(0, start - 1);
  const end = parseHostPort(text.slice(start), { tail: 'comment', portless: false });
  return end && userinfo.includes(':') ? { end, userinfo } : null;
}

/**
 * Says what the fields after `host:port:` are: a login (two or more, since a password takes the
 * remainder), a protocol and a login, or what a list says about the proxy, such as its country.
 */
export function checkLogin(found: Found, schemes: Schemes): Found | Rejection {
  const fields = found.userinfo.split(':');
  const [first = '', second, third] = fields;
  if (fields.every((field) => field === '')) return { ...found, userinfo: '' };
  if (/[^/]:\/\//.test(found.userinfo)) return NEITHER_LOGIN_NOR_TAG;
  const colon = found.userinfo.indexOf(':', first.length + 1);
  if (colon >= 0 && found.userinfo.includes('@', colon)) return PASSWORD_OR_REMARK;
  if (fields.length > 8) return found;
  const told = recognise(first, schemes);
  if (!told) return second === undefined ? NEITHER_LOGIN_NOR_TAG : withLogin(found, schemes);
  const cells = [told, ...fields.slice(1).map((field) => recognise(field, schemes))];
  if (cells.every(isKnown) && isSurelyNoLogin(cells)) {
    return named({ ...found, userinfo: '', ...collectTags(cells) }, protocolsOf(cells));
  }
  if (second === undefined) return NEITHER_LOGIN_NOR_TAG;
  if (!saysMore(told, first)) return withLogin(found, schemes);
  if (told.schemes === undefined || third === undefined) return NEITHER_LOGIN_NOR_TAG;
  const login = withLogin({ ...found, userinfo: found.userinfo.slice(first.length + 1) }, schemes);
  return 'reason' in login ? login : named(login, told.schemes);
}

/** A password takes the remainder, unless a field of that is what lists say of a proxy. */
function withLogin(found: Found, schemes: Schemes): Found | Rejection {
  const isTag = (field: string): boolean => {
    const told = recognise(field, schemes);
    return told !== null && saysMore(told, field);
  };
  return found.userinfo.split(':').slice(2).some(isTag) ? NEITHER_LOGIN_NOR_TAG : found;
}

/** A line stands for one proxy, so it names one protocol at most. */
function named(found: Found, protocols: readonly string[]): Found | Rejection {
  const [protocol, another] = protocols;
  if (protocol === undefined) return found;
  return another === undefined ? { ...found, protocol } : NEITHER_LOGIN_NOR_TAG;
}

const PASSWORD_OR_REMARK = reject(
  RejectionReason.ambiguous,
  'the end of the entry, with its colon and @, could be the password or a remark; write http://user:password@host:port',
);

/** Of several fields one must be more than a word that is as good a user name or password. */
function isSurelyNoLogin(cells: readonly Recognised[]): boolean {
  const [first] = cells;
  if (cells.length === 1) return !first?.isWeak || first.country !== undefined;
  return cells.some(({ isWeak }) => !isWeak);
}

/** Whether a field is too plain a protocol, country or kind to be taken for part of a login. */
function saysMore(told: Recognised, field: string): boolean {
  if (told.isWeak)
    return told.country !== undefined && (field.length > 2 || /^[A-Z]{2}$/.test(field));
  return told.schemes !== undefined || told.country !== undefined || told.anonymity !== undefined;
}
