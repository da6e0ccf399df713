import { isIPv4 } from 'node:net';
import { parseHost } from '../../host.ts';
import { type Rejection, RejectionReason } from '../../rejection.ts';
import { type HostPort, isPort, isSure, parseHostPort } from '../host-port.ts';
import { REDACTED } from '../redact.ts';
import { protocolsIn, type Schemes } from '../schemes.ts';
import { type Found, parseHostFirst } from './colon-form.ts';
import { recognise } from './recognise.ts';
import { collectTags } from './recognised-tags.ts';

/** `socks5`, or `socks5:user:pass`: a protocol and what could be a whole login. */
const PROTOCOL_FIRST = /^([^:@]+)(?:[:@](?=[^:]*:)(.*))?$/;
const NONE: Schemes = new Map();
/** `user:pass@host:port:` and a remark, which is no number and holds no further field. */
const REMARK = /^(\[[^\]]*\]:\d+|[^\s:@/]+:\d+):([^:]*[^\d:][^:]*)$/;

/**
 * Takes apart what stands around `@`. The host stands behind the last one (`user:pass@host:port`),
 * or before the first (`host:port@user:pass`, `host:port@socks4`, `host:port:user:p@ss`).
 *
 * Where a scheme stands, userinfo ends at the last `@`, as in any URL; but what follows is no host
 * without a port when there is a host with one before. Without a scheme the side that is an address
 * or a dotted name is the host. Nothing is guessed when two readings remain.
 *
 * @returns null when no reading fits
 */
export function parseAroundAt(
  text: string,
  { hasScheme, schemes }: { readonly hasScheme: boolean; readonly schemes: Schemes },
): Found | Rejection | null {
  const at = text.lastIndexOf('@');
  const right = parseHostPort(text.slice(at + 1), { tail: 'comment', portless: hasScheme });
  const userinfo = text.slice(0, at);
  const behind = right && cutProtocol({ end: right, userinfo }, hasScheme ? NONE : schemes);
  const before = parseHostBefore(text, schemes);
  if (!before || !behind) return before ?? behind;
  if (before.protocol !== undefined && !before.remark)
    return hasScheme ? bothShown(before, behind) : before;
  if (right.port !== null && !isPort(right.port)) return before;
  const choice = hasScheme ? chooseInUrl(before, right) : chooseInLine(before, right);
  if (choice === 'both') return bothShown(before, behind);
  return choice === 'before' ? before : behind;
}

type Choice = 'before' | 'behind' | 'both';

/** In a URL, only an address that stands first with its fields contests what a URL means. */
function chooseInUrl({ end, isHostFirst, remark }: Before, right: HostPort): Choice {
  const hasMore = isHostFirst || remark;
  if (right.port !== null) return hasMore && isAddress(end) ? 'both' : 'behind';
  if (!isSure(end)) return 'behind';
  return hasMore || isAddress(end) ? 'before' : 'both';
}

function chooseInLine({ end }: Before, right: HostPort): Choice {
  if (isSure(right)) return isSure(end) ? 'both' : 'behind';
  return isAddress(end) ? 'before' : 'both';
}

interface Before extends Found {
  /** Whether a remark was cut off. */
  readonly remark?: true;
}

/** The reading in which the host stands before the last `@`; a host that looks like one is surer. */
function parseHostBefore(text: string, schemes: Schemes): Before | null {
  const first = text.indexOf('@');
  const userinfo = text.slice(first + 1);
  const end = parseHostPort(text.slice(0, first), { tail: 'none', portless: false });
  const alone = end && isPort(end.port ?? '') ? readAlone(end, userinfo, schemes) : null;
  if (alone && isSure(alone.end)) return alone;
  const fields = parseHostFirst(text);
  if (fields && isSure(fields.end)) return fields;
  const [, address = '', remark] = REMARK.exec(userinfo) ?? [];
  const inside = remark ? parseHostPort(address, { tail: 'none', portless: false }) : null;
  if (!remark || !inside || !isSure(inside)) return alone;
  const said = readRemark(remark, schemes);
  return { end: inside, userinfo: text.slice(0, first), remark: true, ...said };
}

/** `host:port@socks4`, `host:port@socks5:user:pass`, `host:port@user:pass` or `host:port@US`. */
function readAlone(end: HostPort, userinfo: string, schemes: Schemes): Before {
  const found = cutProtocol<Before>({ end, userinfo, isLoginLast: true }, schemes);
  if (found.protocol !== undefined || userinfo.includes(':')) return found;
  const said = recognise(userinfo, schemes);
  if (!said || (said.isWeak && !/^[A-Z]{2}$/.test(userinfo))) return found;
  return { end, userinfo: '', ...collectTags([said]) };
}

/** A user name that is a protocol, alone or with a whole login behind it, is none. */
function cutProtocol<T extends Found>(found: T, schemes: Schemes): T {
  const [, first = '', rest = ''] = PROTOCOL_FIRST.exec(found.userinfo) ?? [];
  const [protocol, another] = protocolsIn(first, schemes) ?? [];
  if (protocol === undefined || another !== undefined) return found;
  return { ...found, userinfo: rest, protocol };
}

function readRemark(remark: string, schemes: Schemes): Partial<Found> {
  const said = recognise(remark, schemes);
  if (!said) return { ignored: ['remark'] };
  const protocol = said.schemes?.[0];
  return { ...(protocol !== undefined && { protocol }), ...collectTags([said]) };
}

function isAddress({ host }: HostPort): boolean {
  return isIPv4(host) || host.includes(':');
}

/** Each reading's numbers may be the other one's password, so only the hosts are shown. */
function bothShown(before: Found, behind: Found): Rejection {
  const [first, last] = [showHost(before.end), showHost(behind.end)];
  return {
    reason: RejectionReason.ambiguous,
    detail: `the host could be ${first} or ${last}; write http://user:password@host:port, percent-encoded, to say which`,
    text: `${first}:${REDACTED}@${REDACTED} or ${REDACTED}@${last}:${REDACTED}`,
  };
}

/** A name that could not be a host could be a secret. */
function showHost({ host, isHostLike }: HostPort): string {
  const isHost = isHostLike && typeof parseHost(host) === 'string' && host.length <= 80;
  if (!isHost) return REDACTED;
  return host.includes(':') ? `[${host}]` : host;
}
