import { constants as osConstants } from 'node:os';
import { errors } from 'undici';
import { describe, expect, it } from 'vitest';
import { classifyError } from '../../src/health/classify/classify-error.ts';
import { tlsFailureOf } from '../../src/health/classify/tls-errors.ts';
import { lookupFailureOf } from '../../src/health/dns/dns-answer.ts';
import { Blame, describeFailure, listFailures } from '../../src/health/failure.ts';
import { Phase } from '../../src/health/health-check-result.ts';

const withCode = (code: string) => Object.assign(new Error('text is never looked at'), { code });

/** Errnos that no connection can end with: they concern files, processes, devices or arguments. */
const FOREIGN_ERRNOS =
  /^E(2BIG|ALREADY|BADF|BADMSG|BUSY|CANCELED|CHILD|DEADLK|DESTADDRREQ|DOM|DQUOT|EXIST|FAULT|FBIG|IDRM|ILSEQ|INPROGRESS|INTR|INVAL|IO|ISCONN|ISDIR|LOOP|MLINK|MSGSIZE|MULTIHOP|NAMETOOLONG|NODATA|NODEV|NOENT|NOEXEC|NOLCK|NOLINK|NOMSG|NOPROTOOPT|NOSTR|NOSYS|NOTDIR|NOTEMPTY|NOTSOCK|NOTSUP|NOTTY|NXIO|OPNOTSUPP|OVERFLOW|PROTO|PROTOTYPE|RANGE|ROFS|SPIPE|SRCH|STALE|TXTBSY|WOULDBLOCK|XDEV)$/;

/** "X509 certificate error codes", Node.js documentation of `tls`. */
const CERTIFICATE_CODES = `UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_CRL
  UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE
  CERT_NOT_YET_VALID CERT_HAS_EXPIRED CRL_NOT_YET_VALID CRL_HAS_EXPIRED
  ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD ERROR_IN_CRL_LAST_UPDATE_FIELD
  ERROR_IN_CRL_NEXT_UPDATE_FIELD OUT_OF_MEM DEPTH_ZERO_SELF_SIGNED_CERT
  SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE
  CERT_CHAIN_TOO_LONG CERT_REVOKED INVALID_CA PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED
  CERT_REJECTED HOSTNAME_MISMATCH`.split(/\s+/);

/** Error codes of c-ares, Node.js documentation of `dns`. */
const DNS_CODES = `ENODATA EFORMERR ESERVFAIL ENOTFOUND ENOTIMP EREFUSED EBADQUERY EBADNAME
  EBADFAMILY EBADRESP ECONNREFUSED ETIMEOUT EOF EFILE ENOMEM EDESTRUCTION EBADSTR EBADFLAGS
  ENONAME EBADHINTS ENOTINITIALIZED ELOADIPHLPAPI EADDRGETNETWORKPARAMS ECANCELLED`.split(/\s+/);

/** Reasons with which OpenSSL's handshakes fail (SSL_R_*, openssl/sslerr.h). */
const HANDSHAKE_CODES = `WRONG_VERSION_NUMBER UNSUPPORTED_PROTOCOL NO_PROTOCOLS_AVAILABLE
  NO_CIPHERS_AVAILABLE NO_SHARED_CIPHER SSLV3_ALERT_HANDSHAKE_FAILURE TLSV1_ALERT_PROTOCOL_VERSION
  TLSV1_ALERT_INTERNAL_ERROR TLSV1_UNRECOGNIZED_NAME TLSV13_ALERT_CERTIFICATE_REQUIRED
  BAD_SIGNATURE DECRYPTION_FAILED_OR_BAD_RECORD_MAC EXCESSIVE_MESSAGE_SIZE LENGTH_MISMATCH
  PACKET_LENGTH_TOO_LONG UNEXPECTED_EOF_WHILE_READING UNEXPECTED_MESSAGE DH_KEY_TOO_SMALL
  LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED UNSAFE_LEGACY_RENEGOTIATION_DISABLED BAD_ECPOINT
  TLSV1_ALERT_NO_APPLICATION_PROTOCOL`.split(/\s+/);

describe('the failure table', () => {
  it('gives every code one blame, a sentence and something to do', () => {
    for (const failure of listFailures()) {
      expect(failure.code).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(Object.values(Blame)).toContain(failure.blame);
      expect(failure.sentence).toMatch(/^[A-Z].*\.$/);
      expect(failure.whatToDo).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('reads an unknown code as unknown_failure', () => {
    expect(describeFailure('never_heard_of').code).toBe('unknown_failure');
    expect(describeFailure('constructor').code).toBe('unknown_failure');
  });

  it('knows every errno a connection can end with', () => {
    for (const errno of Object.keys(osConstants.errno)) {
      const { code } = classifyError(withCode(errno), Phase.connect);
      if (FOREIGN_ERRNOS.test(errno) && errno !== 'EPROTO') {
        expect.soft(code, errno).toBe('unknown_failure');
      } else expect.soft(code, errno).not.toBe('unknown_failure');
    }
  });

  it.each([
    ['ECONNREFUSED', 'refused', Blame.proxy],
    ['EMFILE', 'out_of_resources', Blame.us],
    ['ENETUNREACH', 'no_route', Blame.us],
    ['EHOSTUNREACH', 'host_unreachable', Blame.proxy],
  ])('reads %s as %s', (errno, code, blame) => {
    expect(classifyError(withCode(errno), Phase.connect).code).toBe(code);
    expect(describeFailure(code).blame).toBe(blame);
  });

  it("knows Node's certificate errors, and whose certificate it is", () => {
    for (const code of CERTIFICATE_CODES) {
      expect(tlsFailureOf(code, 'tls_')).toMatch(/^tls_(?!proxy)/);
      expect(describeFailure(tlsFailureOf(code, 'tls_proxy_')).blame).toBe(Blame.proxy);
    }
  });

  it("knows OpenSSL's handshake errors, by phase", () => {
    for (const reason of HANDSHAKE_CODES) {
      const error = withCode(`ERR_SSL_${reason}`);
      expect.soft(classifyError(error, Phase.targetTls).code, reason).toMatch(/^tls_(?!proxy)/);
      expect.soft(classifyError(error, Phase.proxyTls).code, reason).toMatch(/^tls_proxy_/);
    }
  });

  it('knows every answer of the resolver', () => {
    for (const code of DNS_CODES) {
      expect(describeFailure(lookupFailureOf(code)).code).not.toBe('unknown_failure');
    }
  });

  it("knows what a peer can do to undici's client", () => {
    const caused = [
      new errors.HeadersOverflowError(),
      new errors.SocketError('', undefined as never),
      new errors.ResponseContentLengthMismatchError(),
      new errors.ResponseExceededMaxSizeError(),
      withCode('HPE_INVALID_CONSTANT'),
      new errors.HTTPParserError(''),
      new errors.HeadersTimeoutError(),
      new errors.BodyTimeoutError(),
      new errors.ConnectTimeoutError(),
    ];
    for (const error of caused) {
      expect
        .soft(classifyError(error, Phase.firstByte).code, error.name)
        .not.toBe('unknown_failure');
    }
  });

  it('maps anything else that ends an attempt to unknown_failure, whatever its text', () => {
    for (const thrown of [null, undefined, 'timeout', 7, {}, new Error('ECONNREFUSED')]) {
      expect(classifyError(thrown, Phase.connect).code).toBe('unknown_failure');
    }
  });
});
