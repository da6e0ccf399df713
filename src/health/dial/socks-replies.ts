import {
  socks4Refusal,
  socks5LoginRefusal,
  socks5MethodRefusal,
  socks5Refusal,
} from '../classify/socks-replies.ts';
import { ProbeFailure } from '../probe-failure.ts';

/**
 * Checks everything that a SOCKS proxy has sent so far, by number. Returns the length of the whole
 * exchange once the request is granted; null while more must come.
 *
 * @throws {ProbeFailure} when the bytes can no longer become a grant
 */
export type CheckReplies = (received: Buffer, hasCredentials: boolean) => number | null;

/** "SOCKS: A protocol for TCP proxy across firewalls" (SOCKS4), Ying-Da Lee. */
const SOCKS4_REPLY_VERSION = 0;
const SOCKS4_GRANTED = 90;
const SOCKS4_REPLY_BYTES = 8;

/** RFC 1928 (SOCKS 5) and RFC 1929 (username and password). */
const SOCKS5_VERSION = 5;
const NO_AUTHENTICATION = 0;
const USERNAME_PASSWORD = 2;
const AUTH_VERSION = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;
const PORT_BYTES = 2;

export const checkSocks4Replies: CheckReplies = (received, hasCredentials) => {
  const version = received[0];
  const reply = received[1];
  if (version !== undefined && version !== SOCKS4_REPLY_VERSION) {
    throw new ProbeFailure('socks_version');
  }
  if (reply === undefined) return null;
  if (reply !== SOCKS4_GRANTED) throw socks4Refusal(reply, hasCredentials);
  return SOCKS4_REPLY_BYTES;
};

export const checkSocks5Replies: CheckReplies = (received, hasCredentials) => {
  const version = received[0];
  const method = received[1];
  if (version !== undefined && version !== SOCKS5_VERSION) throw new ProbeFailure('socks_version');
  if (method === undefined) return null;
  if (method === NO_AUTHENTICATION) return checkConnectReply(received, 2);
  if (method !== USERNAME_PASSWORD || !hasCredentials) throw socks5MethodRefusal(method);
  return isAccepted(received) ? checkConnectReply(received, 4) : null;
};

function isAccepted(received: Buffer): boolean {
  const version = received[2];
  const status = received[3];
  if (status === undefined) return false;
  if (status !== 0) throw socks5LoginRefusal(status);
  // Some servers repeat the SOCKS version here; any other number is not a reply to this message.
  if (version === AUTH_VERSION || version === SOCKS5_VERSION) return true;
  throw new ProbeFailure('socks_bad_reply');
}

function checkConnectReply(received: Buffer, offset: number): number | null {
  const version = received[offset];
  const reply = received[offset + 1];
  const addressType = received[offset + 3];
  const firstByte = received[offset + 4];
  if (version !== undefined && version !== SOCKS5_VERSION) {
    throw new ProbeFailure('socks_bad_reply');
  }
  if (reply === undefined) return null;
  if (reply !== 0) throw socks5Refusal(reply);
  if (addressType === undefined || firstByte === undefined) return null;
  return offset + 4 + addressBytes(addressType, firstByte) + PORT_BYTES;
}

function addressBytes(addressType: number, firstByte: number): number {
  if (addressType === IPV4) return 4;
  if (addressType === IPV6) return 16;
  if (addressType === NAME) return 1 + firstByte;
  throw new ProbeFailure('socks_bad_reply');
}
