import { Blame } from '../blame.ts';
import { describeFailure, type FailureCode } from '../failure.ts';
import type { ReplyHead } from '../http/reply-head.ts';
import { ProbeFailure } from '../probe-failure.ts';
import { type ProxyWords, withoutQuoted, wordsOf } from './proxy-words.ts';

const BY_STATUS: ReadonlyMap<number, FailureCode> = new Map([
  [402, 'connect_payment_required'],
  [403, 'connect_forbidden'],
  [429, 'connect_rate_limited'],
  // tinyproxy's answer when it cannot reach the target.
  [500, 'connect_bad_gateway'],
  [502, 'connect_bad_gateway'],
  [503, 'connect_unavailable'],
  [504, 'connect_gateway_timeout'],
]);

/** Statuses of a server that does not know CONNECT. */
const NO_TUNNEL: ReadonlySet<number> = new Set([400, 404, 405, 501]);

/**
 * An element of a list of challenges that begins one, with its scheme; what is `name=value` belongs
 * to the one before (RFC 9110, section 11.6.1).
 */
const CHALLENGE = /^([!#$%&'*+\-.^_`|~0-9a-z]+)(?:$|\s+[^\s=])/i;

/** The failure of a reply to CONNECT that opens no tunnel, which is certainly the proxy's own. */
export function tunnelRefusal(reply: ReplyHead, hasCredentials: boolean): ProbeFailure {
  const words = wordsOf(reply, true);
  const { statusCode } = reply;
  const code = NO_TUNNEL.has(statusCode)
    ? 'connect_not_supported'
    : refusalCode(reply, hasCredentials);
  return refusal(code, words, statusCode);
}

/**
 * The failure of a reply, in absolute form, with a status that is not expected. It may be the
 * target's; the proxy's own words show that it is not.
 */
export function forwardedRefusal(reply: ReplyHead, hasCredentials: boolean): ProbeFailure {
  const { statusCode } = reply;
  const isSurelyItsOwn = statusCode === 407;
  const words = wordsOf(reply, isSurelyItsOwn);
  const isOwn = isSurelyItsOwn || (words.isOwn && statusCode >= 400);
  return refusal(isOwn ? refusalCode(reply, hasCredentials) : 'unclear_status', words, statusCode);
}

function refusal(code: FailureCode, { text, blame }: ProxyWords, statusCode: number): ProbeFailure {
  // A code that blames the proxy, the credentials or the quota already says what the words explain.
  const isOpen = describeFailure(code).blame === Blame.target && blame !== Blame.target;
  return new ProbeFailure(code, {
    statusCode,
    ...(text !== '' && { proxySays: text }),
    ...(isOpen && blame !== undefined && { blame }),
  });
}

function refusalCode(reply: ReplyHead, hasCredentials: boolean): FailureCode {
  const { statusCode, fields } = reply;
  // tinyproxy answers 401 to wrong credentials and 407 only to missing ones.
  if (statusCode !== 407 && statusCode !== 401) {
    return BY_STATUS.get(statusCode) ?? 'connect_rejected';
  }
  const schemes = schemesOf(fields);
  const wantsAnother = schemes.length > 0 && !schemes.includes('basic');
  return wantsAnother ? 'auth_scheme_unsupported' : credentialFailure(hasCredentials);
}

/** The failure for a demand for credentials: none were sent, or those sent are not accepted. */
export function credentialFailure(hasCredentials: boolean): FailureCode {
  return hasCredentials ? 'auth_rejected' : 'auth_required';
}

/** The schemes that a reply asks for, in lower case. */
function schemesOf(fields: readonly string[]): readonly string[] {
  const schemes: string[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index]?.toLowerCase();
    if (name !== 'proxy-authenticate' && name !== 'www-authenticate') continue;
    for (const element of withoutQuoted(fields[index + 1] ?? '').split(',')) {
      const scheme = CHALLENGE.exec(element.trim())?.[1];
      if (scheme !== undefined) schemes.push(scheme.toLowerCase());
    }
  }
  return schemes;
}
