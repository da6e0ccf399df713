/** Why an entry of a list was not accepted. Stable codes: callers branch on them. */
export const RejectionReason = {
  /** No port, and no scheme that implies one. */
  missingPort: 'missing_port',
  /** Not a number from 1 to 65535. */
  invalidPort: 'invalid_port',
  /** A port that is never dialed; see `refusePort`. */
  deniedPort: 'denied_port',
  /** Looks like an IP address but is not one. */
  invalidAddress: 'invalid_address',
  /** An IPv4 address in a spelling that not all programs read alike. */
  notCanonical: 'not_canonical',
  /** An IPv6 address without brackets. */
  ambiguousIpv6: 'ambiguous_ipv6',
  /** Neither an address nor a host name. */
  invalidHost: 'invalid_host',
  /** A private, loopback, metadata, multicast or similar address; see `refuseAddress`. */
  addressRefused: 'address_refused',
  rangeNotAllowed: 'range_not_allowed',
  rangeTooLarge: 'range_too_large',
  unknownScheme: 'unknown_scheme',
  /** User or password over 255 bytes with SOCKS, over 4 KiB elsewhere. */
  credentialsTooLong: 'credentials_too_long',
  /** User or password with a character that no protocol can carry. */
  invalidCredentials: 'invalid_credentials',
  lineTooLong: 'line_too_long',
  /** A row whose quotes do not close. */
  invalidCsv: 'invalid_csv',
  /** A JSON entry or document that does not parse, or is nested too deep. */
  invalidJson: 'invalid_json',
  /** Two readings that differ in what is host and what is login; the text shows both. */
  ambiguous: 'ambiguous',
  /** Columns that may hold a login or anything else, and neither header nor form tells which. */
  ambiguousColumns: 'ambiguous_columns',
  /** A row with more or fewer columns than were named. */
  columnCount: 'column_count',
  /** Not in any of the known forms. */
  unrecognised: 'unrecognised',
} as const;
export type RejectionReason = (typeof RejectionReason)[keyof typeof RejectionReason];

/** A refusal of one entry, before it is tied to a line. */
export interface Rejection {
  readonly reason: RejectionReason;
  /** What is wrong and what would be right; never shows credentials. */
  readonly detail: string;
  /** The entry as it may be shown, where that takes more than hiding all but host and port. */
  readonly text?: string;
}

/** Makes a rejection. */
export function reject(reason: RejectionReason, detail: string): Rejection {
  return { reason, detail };
}

/**
 * Characters that no user name, password or host may hold: controls (RFC 7617, section 2, forbids
 * them in credentials; CR, LF and NUL would break out of their field), format characters, lone
 * surrogates, private-use and unassigned code points, line and paragraph separators, and pictures
 * (emoji and other symbols, among them U+FFFD, the mark of text that was not UTF-8). Letters,
 * digits, marks and punctuation of every script pass.
 */
export const UNUSABLE_CHARACTERS = /[\p{C}\p{So}\p{Zl}\p{Zp}]/u;
