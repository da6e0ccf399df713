/** Most bytes of one reply's header; Node's own limit (`--max-http-header-size`) is the same. */
export const MAX_HEAD_BYTES = 16 * 1024;

/** Interim (1xx) replies accepted before the one that counts. */
export const MAX_INTERIM = 8;

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** `HTTP/1.`, which a status line begins with (RFC 9112, section 4). */
const PREFIX = Buffer.from('HTTP/1.');
/** The length of `HTTP/1.1 200`. */
const LENGTH = 12;

/**
 * True when the bytes, as far as they go, belong to a status line of HTTP/1.0 or 1.1 with a status
 * of 100 to 599.
 *
 * @param offset where in the reply the bytes begin
 */
export function beginsStatusLine(bytes: Buffer, offset = 0): boolean {
  const end = Math.min(bytes.length, LENGTH - offset);
  for (let index = 0; index < end; index++) {
    if (!fits(bytes[index] ?? 0, offset + index)) return false;
  }
  return true;
}

function fits(byte: number, position: number): boolean {
  if (position < PREFIX.length) return byte === PREFIX[position];
  if (position === 7) return byte === DIGIT_0 || byte === DIGIT_0 + 1;
  if (position === 8) return byte === 0x20;
  if (position === 9) return byte > DIGIT_0 && byte < DIGIT_0 + 6;
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}
