import type { FailureCode } from '../failure.ts';

const PARSER_ERROR = 'HTTPParserError';

/**
 * Errors of undici's client by code (undici documentation, "Errors"); its timeouts are off. Errors
 * of its parser, llhttp, have a code that begins with `HPE_`, or only the name of their class.
 */
const BY_CODE: Readonly<Record<string, FailureCode>> = {
  UND_ERR_HEADERS_OVERFLOW: 'header_overflow',
  HPE_HEADER_OVERFLOW: 'header_overflow',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'protocol_error',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'protocol_error',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'protocol_error',
};

/** Codes that stand both for a peer that breaks the rules and for one that leaves in mid-answer. */
const CUT_SHORT: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'HPE_INVALID_EOF_STATE',
]);

/** The failure that an error of the HTTP client stands for; null for any other error. */
export function httpFailureOf({ code, name }: { code: string; name: string }): FailureCode | null {
  const known = BY_CODE[code];
  if (known) return known;
  return code.startsWith('HPE_') || name === PARSER_ERROR ? 'protocol_error' : null;
}

/** True for errors that mean only a lost connection when the peer has already ended it. */
export function isCutShort(error: Error): boolean {
  if (error.name === PARSER_ERROR) return true;
  return 'code' in error && CUT_SHORT.has(String(error.code));
}
