/** Most bytes of a reply's header that a proxy may send; Node's own limit is the same. */
export const MAX_PROXY_HEAD_BYTES = 16 * 1024;

/** Most bytes of a header inside TLS with the target, whose cookies may be many. */
export const MAX_TARGET_HEAD_BYTES = 64 * 1024;

/** Interim (1xx) replies accepted before the one that counts. */
export const MAX_INTERIM = 8;

/** An interim status that a probe never asks for (RFC 9110, section 15.2.2). */
export const SWITCHING_PROTOCOLS = 101;

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** `HTTP/1.`, which a status line begins with (RFC 9112, section 4), its letters in any case. */
const PREFIX = Buffer.from('HTTP/1.');
/** Upper-case letters differ from lower-case ones in this bit. */
const CASE = 0x20;
/** The length of `HTTP/1.1 200`. */
const LENGTH = 12;

/** `HTTP/1.x`, one space, three digits, and a space or the end of the line. */
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?:[ \t]([^\n]*?))?\r?\n/i;
/** A header that the strictest parser takes as it stands (RFC 9112, sections 4 and 5). */
const STRICT =
  /^HTTP\/1\.[01] [1-5][0-9]{2} [\t\x20-\x7e]*\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/;
/** A coding that is none (RFC 2616, section 3.6); beside a length the strictest parser refuses it. */
const NO_CODING = 'identity';
const FIELD_OF_NO_CODING = /\r\ntransfer-encoding:[ \t]*identity[ \t]*\r\n/i;
/** No reply is longer than a number of 64 bits can say. */
const CONTENT_LENGTH = /^\d{1,19}$/;
/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Bytes that belong to no text. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/g;

/** A reply's status line and fields. */
export interface ReplyHead {
  readonly statusCode: number;
  /** The reason phrase, which may be empty; one character a byte, like the fields. */
  readonly reason: string;
  /** Names and values in turn, in the spelling that came. */
  readonly fields: readonly string[];
}

/**
 * True when the bytes, as far as they go, belong to a status line of HTTP/1.0 or 1.1 with a status
 * of 100 to 599.
 */
export function beginsStatusLine(bytes: Buffer): boolean {
  const end = Math.min(bytes.length, LENGTH);
  for (let index = 0; index < end; index++) {
    if (!fits(bytes[index] ?? 0, index)) return false;
  }
  return true;
}

function fits(byte: number, position: number): boolean {
  if (position < 4) return (byte & ~CASE) === PREFIX[position];
  if (position < PREFIX.length) return byte === PREFIX[position];
  if (position === 7) return byte === DIGIT_0 || byte === DIGIT_0 + 1;
  if (position === 8) return byte === 0x20;
  if (position === 9) return byte > DIGIT_0 && byte < DIGIT_0 + 6;
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

/**
 * Takes a whole header with the empty line at its end apart, as tolerantly as curl does: lines may
 * end in a bare LF, a blank may stand before a colon or no name at all, a value may go on in the next
 * line, and any byte but NUL may be in it.
 *
 * @returns null when it is malformed
 */
export function parseHead(head: Buffer): ReplyHead | null {
  const text = head.toString('latin1');
  const status = STATUS_LINE.exec(text);
  if (!status || text.includes('\0')) return null;
  const fields: string[] = [];
  for (let start = status[0].length; start < text.length; ) {
    const end = text.indexOf('\n', start);
    if (end < 0) return null;
    const line = text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
    if (line === '') break;
    const colon = line.indexOf(':');
    if (line[0] === ' ' || line[0] === '\t') {
      if (fields.length === 0) return null;
      fields.push(`${fields.pop()} ${line.trim()}`);
    } else if (colon < 0) {
      return null;
    } else {
      fields.push(line.slice(0, colon).trimEnd(), line.slice(colon + 1).trim());
    }
  }
  return { statusCode: Number(status[1]), reason: (status[2] ?? '').trim(), fields };
}

/** The first value of a field; undefined when the reply has none. */
export function fieldValue({ fields }: ReplyHead, name: string): string | undefined {
  for (let index = 0; index < fields.length; index += 2) {
    if (fields[index]?.toLowerCase() === name) return fields[index + 1];
  }
  return undefined;
}

/**
 * Whether a reply says clearly how long it is: at most one Content-Length, a number, and none beside
 * a coding (RFC 9112, section 6.3). Others are how replies are smuggled past a proxy.
 */
export function hasSoundFraming({ fields }: ReplyHead): boolean {
  let lengths = 0;
  let codings = 0;
  for (let index = 0; index < fields.length; index += 2) {
    const value = fields[index + 1] ?? '';
    switch (fields[index]?.toLowerCase()) {
      case 'content-length':
        if (++lengths > 1 || !CONTENT_LENGTH.test(value)) return false;
        break;
      case 'transfer-encoding':
        if (value.toLowerCase() !== NO_CODING) codings++;
        break;
    }
  }
  return lengths === 0 || codings === 0;
}

/**
 * Spells a whole header as the strictest parser wants it, its reason phrase in UTF-8, in which that
 * parser reads it. Fields whose names no parser takes mean nothing to a probe and are left out.
 *
 * @returns the same bytes when they are fine already; null when the header is malformed
 */
export function toStrictHead(head: Buffer): Buffer | null {
  const text = head.toString('latin1');
  if (STRICT.test(text) && !FIELD_OF_NO_CODING.test(text)) return head;
  const parsed = parseHead(head);
  if (!parsed) return null;
  const reason = Buffer.from(textOf(parsed.reason.replace(CONTROL, ' ')), 'utf8');
  let strict = `${text.slice(0, LENGTH).toUpperCase()} ${reason.toString('latin1')}\r\n`;
  for (let index = 0; index < parsed.fields.length; index += 2) {
    const [name = '', written = ''] = parsed.fields.slice(index, index + 2);
    const value = written.replace(CONTROL, ' ');
    const line = `${name}: ${value}\r\n`;
    if (TOKEN.test(name) && !FIELD_OF_NO_CODING.test(`\r\n${line}`)) strict += line;
  }
  return Buffer.from(`${strict}\r\n`, 'latin1');
}

/** The text of bytes, one a character: in UTF-8 if they can be that, or else in Latin-1. */
export function textOf(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? bytes : text;
}
