import type { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import type { Attempt } from '../attempt/attempt.ts';

/** Node's code for a certificate that is not for the name that was asked for. */
const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** These keep Node from turning the chain into objects; see `handshakeTls`. */
const NOTHING_TO_CHECK = () => undefined;
const NO_CHAIN = { getPeerCertificate: () => ({}) };

/**
 * Most bytes of a handshake: OpenSSL takes 100 KB of certificates
 * (SSL_CTX_set_max_cert_list(3)), and the rest is small. It does not count empty messages.
 */
const MAX_HANDSHAKE_BYTES = 128 * 1024;
/** How often a handshake is measured, milliseconds; most are over before the first time. */
const MEASURE_EVERY_MS = 100;
/** OpenSSL's code for a message that is too long. */
const TOO_LONG = Object.assign(new Error('the handshake is too long'), {
  code: 'ERR_SSL_EXCESSIVE_MESSAGE_SIZE',
});

export interface TlsPeer {
  /** The name the certificate must be for, or a literal address. */
  readonly host: string;
  readonly context: SecureContext;
  /** Session to resume. */
  readonly session?: Buffer | undefined;
}

/** A finished handshake; whether to accept it is the caller's decision. */
export interface TlsHandshake {
  readonly socket: TLSSocket;
  /** OpenSSL's or Node's code for what is wrong with the certificate; null when it verifies. */
  readonly certificateError: string | null;
  /** Undefined when a session was resumed: the peer then shows none. */
  readonly certificate: X509Certificate | undefined;
  readonly isResumed: boolean;
}

/**
 * Does a TLS handshake over a socket: SNI for names only (RFC 6066, section 3, forbids literal
 * addresses), ALPN http/1.1 only. A certificate that does not verify is reported, not refused, so
 * that its issuer can still be read.
 *
 * The name is checked here, by OpenSSL on the parsed certificate. Node's own check is given nothing
 * to do, since it would first turn the whole chain into objects, at a tenth of a handshake.
 */
export function handshakeTls(
  attempt: Attempt,
  socket: Socket,
  { host, context, session }: TlsPeer,
): Promise<TlsHandshake> {
  const secured = connectTls({
    socket,
    host,
    servername: isIP(host) === 0 ? host : '',
    secureContext: context,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: false,
    checkServerIdentity: NOTHING_TO_CHECK,
    ...(session && { session }),
  });
  Object.assign(attempt.own(secured), NO_CHAIN);
  const stopMeasuring = measure(socket, secured);
  attempt.onRelease(stopMeasuring);
  return new Promise((resolve) => {
    secured.once('secureConnect', () => {
      stopMeasuring();
      const handshake = inspect(secured, host);
      // The event comes from within OpenSSL's read. A refused certificate destroys the socket, and
      // with it the memory that the read still uses, so a refusal waits until it has returned.
      if (handshake.certificateError === null) resolve(handshake);
      else setImmediate(resolve, handshake);
    });
  });
}

/** Ends a handshake in which the peer sends without end, which keeps a processor busy. */
function measure(socket: Socket, secured: TLSSocket): () => void {
  const atMost = socket.bytesRead + MAX_HANDSHAKE_BYTES;
  const timer = setInterval(() => {
    if (socket.bytesRead > atMost) secured.destroy(TOO_LONG);
  }, MEASURE_EVERY_MS);
  return () => clearInterval(timer);
}

function inspect(socket: TLSSocket, host: string): TlsHandshake {
  const isResumed = socket.isSessionReused();
  const certificate = isResumed ? undefined : socket.getPeerX509Certificate();
  return {
    socket,
    isResumed,
    certificate,
    certificateError: socket.authorized
      ? nameError({ isResumed, certificate }, host)
      : String(socket.authorizationError),
  };
}

function nameError(
  { isResumed, certificate }: Pick<TlsHandshake, 'isResumed' | 'certificate'>,
  host: string,
): string | null {
  // The name was checked when the session began.
  if (isResumed) return null;
  const matches = isIP(host) === 0 ? certificate?.checkHost(host) : certificate?.checkIP(host);
  return matches === undefined ? WRONG_NAME : null;
}
