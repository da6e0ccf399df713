import type { FailureCode } from '../failure.ts';
import { credentialFailure } from './proxy-replies.ts';

/** RFC 1928, section 6: the REP field. */
const SOCKS5_REPLIES: readonly FailureCode[] = [
  'socks_bad_reply',
  'socks_general_failure',
  'socks_not_allowed',
  'socks_network_unreachable',
  'socks_host_unreachable',
  'socks_target_refused',
  'socks_ttl_expired',
  'socks_command_not_supported',
  'socks_address_not_supported',
];

/** SOCKS4: identd could not be reached, or named another user. */
const IDENT_REQUIRED = 92;
const IDENT_DIFFERS = 93;
const REJECTED = 91;

/** The failure for a SOCKS5 reply other than 0. */
export function socks5ReplyFailure(reply: number): FailureCode {
  return SOCKS5_REPLIES[reply] ?? 'socks_rejected';
}

/** The failure for a SOCKS4 reply other than 90. */
export function socks4ReplyFailure(reply: number, hasCredentials: boolean): FailureCode {
  if (reply === IDENT_REQUIRED || reply === IDENT_DIFFERS) return credentialFailure(hasCredentials);
  return reply === REJECTED ? 'socks_rejected' : 'socks_bad_reply';
}
