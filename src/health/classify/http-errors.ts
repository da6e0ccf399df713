import type { FailureCode } from '../failure.ts';

/**
 * Errors of undici's client by code (undici documentation, "Errors"). Its time-outs are off and
 * its socket is ours, so `UND_ERR_SOCKET` means that the peer broke the rules: a peer that merely
 * went away is seen on the socket first. Codes starting `HPE_` are those of its parser, llhttp.
 */
const BY_CODE: Readonly<Record<string, FailureCode>> = {
  UND_ERR_HEADERS_OVERFLOW: 'header_overflow',
  HPE_HEADER_OVERFLOW: 'header_overflow',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'protocol_error',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'connection_closed',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'protocol_error',
  HPE_INVALID_EOF_STATE: 'connection_closed',
};

/** The failure an error of the HTTP client stands for; null when it is none of a peer's doing. */
export function httpFailureOf(code: string): FailureCode | null {
  return BY_CODE[code] ?? (code.startsWith('HPE_') ? 'protocol_error' : null);
}
