import { BuiltInProtocol } from './endpoint.ts';
import { type Rejection, RejectionReason, reject, UNUSABLE_CHARACTERS } from './rejection.ts';

/** The longest user name or password of SOCKS, bytes of UTF-8: RFC 1929, section 2 (one octet). */
const MAX_SOCKS_BYTES = 255;
/**
 * The longest of other protocols, bytes of UTF-8. RFC 7617 sets no limit; two of this length make a
 * header of 11 KB, and proxies take 8 to 16 KB.
 */
const MAX_OTHER_BYTES = 4096;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * Says why a user name and password cannot be sent to a proxy of this protocol.
 *
 * An HTTP user name ends at a colon, so it may not hold one (RFC 7617, section 2). A SOCKS4 user id
 * ends at NUL, which no user name may hold; a password given with SOCKS4 is never sent but still
 * tells two proxies apart.
 *
 * @returns null when they can be sent
 */
export function refuseCredentials(
  protocol: string,
  username: string,
  password: string,
): Rejection | null {
  if (username.includes(':') && (protocol === 'http' || protocol === 'https')) {
    return reject(
      RejectionReason.invalidCredentials,
      'the user name holds a colon, which HTTP proxies read as its end',
    );
  }
  const limit = isSocks(protocol) ? MAX_SOCKS_BYTES : MAX_OTHER_BYTES;
  return refuseField('user name', username, limit) ?? refuseField('password', password, limit);
}

/** Whether the protocol is SOCKS, of either version. */
export function isSocks(protocol: string): boolean {
  return protocol === BuiltInProtocol.socks4 || protocol === BuiltInProtocol.socks5;
}

function refuseField(name: string, value: string, limit: number): Rejection | null {
  if (PRINTABLE_ASCII.test(value)) {
    return value.length > limit ? tooLong(name, value.length, limit) : null;
  }
  if (UNUSABLE_CHARACTERS.test(value)) {
    return reject(
      RejectionReason.invalidCredentials,
      `the ${name} holds a control character, an emoji or another character that cannot be sent`,
    );
  }
  const bytes = Buffer.byteLength(value);
  return bytes > limit ? tooLong(name, bytes, limit) : null;
}

function tooLong(name: string, bytes: number, limit: number): Rejection {
  return reject(
    RejectionReason.credentialsTooLong,
    `the ${name} has ${bytes} bytes; at most ${limit} can be sent`,
  );
}
