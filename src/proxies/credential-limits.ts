import { type Rejection, RejectionReason, reject, UNUSABLE_CHARACTERS } from './rejection.ts';

/** The longest user name or password, in bytes of UTF-8: RFC 1929, section 2 (one length octet). */
const MAX_CREDENTIAL_BYTES = 255;

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
  return refuseField('user name', username) ?? refuseField('password', password);
}

function refuseField(name: string, value: string): Rejection | null {
  if (PRINTABLE_ASCII.test(value)) {
    return value.length > MAX_CREDENTIAL_BYTES ? tooLong(name, value.length) : null;
  }
  if (UNUSABLE_CHARACTERS.test(value)) {
    return reject(
      RejectionReason.invalidCredentials,
      `the ${name} holds a control character, an emoji or another character that cannot be sent`,
    );
  }
  const bytes = Buffer.byteLength(value);
  return bytes > MAX_CREDENTIAL_BYTES ? tooLong(name, bytes) : null;
}

function tooLong(name: string, bytes: number): Rejection {
  return reject(
    RejectionReason.credentialsTooLong,
    `the ${name} has ${bytes} bytes; at most ${MAX_CREDENTIAL_BYTES} can be sent`,
  );
}
