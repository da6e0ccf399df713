import type { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import type { Attempt } from '../attempt/attempt.ts';

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
  readonly certificate: X509Certificate | undefined;
}

/**
 * Does a TLS handshake over a socket: SNI for names only (RFC 6066, section 3, forbids literal
 * addresses), ALPN http/1.1 only. A certificate that does not verify is reported, not refused, so
 * that its issuer can still be read.
 */
export function handshakeTls(
  attempt: Attempt,
  socket: Socket,
  { host, context, session }: TlsPeer,
): Promise<TlsHandshake> {
  const secured = attempt.own(
    connect({
      socket,
      host,
      servername: isIP(host) === 0 ? host : '',
      secureContext: context,
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: false,
      ...(session && { session }),
    }),
  );
  return new Promise((resolve) => {
    const finish = () =>
      resolve({
        socket: secured,
        certificateError: secured.authorized ? null : String(secured.authorizationError),
        certificate: secured.getPeerX509Certificate(),
      });
    // The event comes from within OpenSSL's read. Whoever refuses the certificate destroys the
    // socket, and with it the memory that read still works on: not before it has returned.
    secured.once('secureConnect', () => (secured.authorized ? finish() : setImmediate(finish)));
  });
}
