import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Blame } from '../blame.ts';
import { attributeToProxy, tlsFailureOf } from '../classify/tls-errors.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { Target } from '../target.ts';
import { issuerOf } from './certificate-witness.ts';
import type { DialContext } from './dial-context.ts';
import { handshakeTls, type TlsHandshake } from './transport.ts';

export interface SecuredTarget {
  readonly socket: TLSSocket;
  /** The certificate verifies, but is not the one the target showed without a proxy. */
  readonly certificateChanged: boolean;
  /** What comes over it is the target's own: the certificate verifies, or is the one it showed. */
  readonly isTargets: boolean;
}

/**
 * Does the TLS handshake with the target through the proxy.
 *
 * @throws {ProbeFailure} `tls_*` when the certificate does not verify: `tls_intercepted` when it
 * also differs from the one that the control probe saw
 */
export async function secureTarget(
  { attempt, options, services }: DialContext,
  socket: Socket,
  target: Target,
): Promise<SecuredTarget> {
  const { origin } = target.url;
  // Where the target is known to speak TLS, it is the proxy that does not.
  attempt.sender = services.witness.knows(origin) ? Blame.proxy : Blame.unclear;
  const handshake = await handshakeTls(attempt, socket, {
    host: target.host,
    context: services.tls.contextFor(options.ca),
    session: options.resumeTls ? services.tls.sessionFor(origin, options.ca) : undefined,
  });
  const { certificate, certificateError } = handshake;
  const comparison = certificate ? services.witness.compare(origin, certificate) : 'unwitnessed';
  if (certificateError !== null && options.verifyTls) {
    throw comparison === 'different'
      ? new ProbeFailure('tls_intercepted', evidence(handshake))
      : new ProbeFailure(tlsFailureOf(certificateError, 'tls_'), {
          ...evidence(handshake),
          ...(comparison === 'unwitnessed' && { blame: Blame.unclear }),
        });
  }
  // A resumed session's certificate is not checked again, so only sessions that verified are kept.
  const mayResume = certificateError === null && comparison !== 'different';
  // Taking a session out of OpenSSL costs more than resuming one, so one that was resumed is kept.
  if (options.resumeTls && mayResume && !handshake.isResumed) {
    handshake.socket.on('session', (session) =>
      services.tls.rememberSession(origin, options.ca, session),
    );
  }
  return {
    socket: handshake.socket,
    certificateChanged: comparison === 'different',
    isTargets: certificateError === null || comparison === 'same',
  };
}

/**
 * Does the TLS handshake with the target without a proxy, and remembers its certificate.
 *
 * @throws {ProbeFailure} `tls_*` when the certificate does not verify
 */
export async function secureDirectly(
  { attempt, options, services }: DialContext,
  socket: Socket,
  target: Target,
): Promise<TLSSocket> {
  const handshake = await handshakeTls(attempt, socket, {
    host: target.host,
    context: services.tls.contextFor(options.ca),
  });
  const { certificate, certificateError } = handshake;
  if (certificate) services.witness.record(target.url.origin, certificate);
  if (certificateError !== null && options.verifyTls) {
    throw new ProbeFailure(tlsFailureOf(certificateError, 'tls_'), evidence(handshake));
  }
  return handshake.socket;
}

/**
 * Does the TLS handshake with an HTTPS proxy.
 *
 * @throws {ProbeFailure} `tls_proxy_*` when the certificate does not verify
 */
export async function secureProxy(
  { attempt, options, services }: DialContext,
  socket: Socket,
  host: string,
): Promise<TLSSocket> {
  const handshake = await handshakeTls(attempt, socket, {
    host,
    context: services.tls.contextFor(options.ca),
  });
  // TLS 1.3 lets the proxy refuse after the handshake, and it may break a record at any time.
  handshake.socket.prependListener('error', attributeToProxy);
  if (handshake.certificateError !== null && options.verifyProxyTls) {
    throw new ProbeFailure(tlsFailureOf(handshake.certificateError, 'tls_proxy_'));
  }
  return handshake.socket;
}

function evidence({ certificate }: TlsHandshake) {
  return certificate ? { certificateIssuer: issuerOf(certificate) } : {};
}
