import type { FailureCode } from '../failure.ts';
import type { TlsFailureKind } from '../failures/tls-failures.ts';

/** The party whose certificate or handshake failed, as the prefix of its failure codes. */
export type TlsParty = 'tls_' | 'tls_proxy_';

/** Errors of the TLS that carries a connection to an HTTPS proxy, in whatever phase they come. */
const proxyErrors = new WeakSet<Error>();

/** Notes that an error belongs to the TLS with the proxy. */
export function attributeToProxy(error: Error): void {
  proxyErrors.add(error);
}

/** True when the error belongs to the TLS with the proxy. */
export function isProxyTlsError(error: unknown): boolean {
  return error instanceof Error && proxyErrors.has(error);
}

/**
 * Certificate verification codes: X509_V_ERR_* of OpenSSL (X509_STORE_CTX_get_error(3)) as Node
 * names them, listed under "X509 certificate error codes" in Node's `tls` documentation. Those not
 * named here are `bad_certificate`.
 */
const BY_CERTIFICATE_CODE: Readonly<Record<string, TlsFailureKind>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not_yet_valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self_signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'self_signed',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_CHAIN_TOO_LONG: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  INVALID_CA: 'untrusted',
  HOSTNAME_MISMATCH: 'wrong_name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong_name',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'wrong_name',
};

/** OpenSSL 3 errors (`ERR_SSL_` and the reason) that say more than that a handshake failed. */
const BY_HANDSHAKE_CODE: Readonly<Record<string, TlsFailureKind>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'not_tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not_tls',
  ERR_SSL_BAD_RECORD_TYPE: 'not_tls',
  ERR_SSL_HTTP_REQUEST: 'not_tls',
  ERR_SSL_HTTPS_PROXY_REQUEST: 'not_tls',
  ERR_SSL_UNEXPECTED_MESSAGE: 'not_tls',
  ERR_SSL_UNKNOWN_PROTOCOL: 'not_tls',
  ERR_SSL_RECORD_TOO_SMALL: 'not_tls',
  ERR_SSL_RECORD_LAYER_FAILURE: 'not_tls',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'version',
  ERR_SSL_UNSUPPORTED_SSL_VERSION: 'version',
  ERR_SSL_VERSION_TOO_LOW: 'version',
  ERR_SSL_VERSION_TOO_HIGH: 'version',
  ERR_SSL_WRONG_SSL_VERSION: 'version',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'version',
};

/** The failure for a certificate, from its verification code. */
export function tlsFailureOf(code: string, party: TlsParty): FailureCode {
  return `${party}${BY_CERTIFICATE_CODE[code] ?? 'bad_certificate'}`;
}

/** The failure for an error in a handshake; null when it is not a TLS error. */
export function tlsHandshakeFailureOf(code: string, party: TlsParty): FailureCode | null {
  const kind = BY_HANDSHAKE_CODE[code] ?? BY_CERTIFICATE_CODE[code];
  if (kind) return `${party}${kind}`;
  const isTls = code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO';
  return isTls ? `${party}handshake` : null;
}
