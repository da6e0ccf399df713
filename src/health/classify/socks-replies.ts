import type { FailureCode } from '../failure.ts';
import { ProbeFailure } from '../probe-failure.ts';
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

/** Tor's replies from 0xF0 on (Tor specifications, "Tor's extensions to the SOCKS protocol"). */
const TOR_REPLIES: readonly (readonly [code: FailureCode, meaning: string])[] = [
  ['socks_onion_not_found', 'onion service descriptor not found'],
  ['socks_onion_not_found', 'onion service descriptor invalid'],
  ['socks_onion_unreachable', 'onion service introduction failed'],
  ['socks_onion_unreachable', 'onion service rendezvous failed'],
  ['socks_onion_unauthorized', 'onion service client authorization missing'],
  ['socks_onion_unauthorized', 'onion service client authorization wrong'],
  ['socks_onion_bad_address', 'onion service address invalid'],
  ['socks_onion_unreachable', 'onion service introduction timed out'],
];
const FIRST_TOR_REPLY = 0xf0;

/** SOCKS4: identd could not be reached, or named another user. */
const IDENT_REQUIRED = 92;
const IDENT_DIFFERS = 93;
const REJECTED = 91;

/** The failure for a SOCKS5 reply other than 0. */
export function socks5Refusal(reply: number): ProbeFailure {
  const proxySays = `SOCKS5 reply ${hexOf(reply)}`;
  const [tor, meaning] = TOR_REPLIES[reply - FIRST_TOR_REPLY] ?? [];
  if (tor) return new ProbeFailure(tor, { proxySays: `${proxySays} (${meaning})` });
  return new ProbeFailure(SOCKS5_REPLIES[reply] ?? 'socks_rejected', { proxySays });
}

/** The failure for a SOCKS5 method that leads nowhere (RFC 1928, section 3). */
export function socks5MethodRefusal(method: number): ProbeFailure {
  return new ProbeFailure('socks_no_method', { proxySays: `SOCKS5 method ${hexOf(method)}` });
}

/** The failure for a SOCKS5 user name and password that are refused (RFC 1929, section 2). */
export function socks5LoginRefusal(status: number): ProbeFailure {
  const proxySays = `SOCKS5 login status ${hexOf(status)}`;
  return new ProbeFailure('auth_rejected', { proxySays });
}

/** The failure for a SOCKS4 reply other than 90. */
export function socks4Refusal(reply: number, hasCredentials: boolean): ProbeFailure {
  return new ProbeFailure(socks4Failure(reply, hasCredentials), {
    proxySays: `SOCKS4 reply ${reply}`,
  });
}

function socks4Failure(reply: number, hasCredentials: boolean): FailureCode {
  if (reply === IDENT_REQUIRED || reply === IDENT_DIFFERS) return credentialFailure(hasCredentials);
  return reply === REJECTED ? 'socks_rejected' : 'socks_bad_reply';
}

function hexOf(byte: number): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
