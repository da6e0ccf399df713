import { constants } from 'node:crypto';
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  getCACertificates,
  type SecureContext,
} from 'node:tls';
import { BoundedMap } from '../../async/bounded-map.ts';

/** X25519 first: it takes half the CPU of the others, and every server supports it. */
const CURVES = 'X25519:P-256:P-384';
/**
 * AES-128 first: its SHA-256 takes a quarter of the CPU of AES-256's SHA-384. Finite-field DH is not
 * offered: its group is the server's choice, and a group of 10,000 bits blocks the event loop for
 * most of a second. `CURVES` bounds the groups that are left, OpenSSL the keys (RSA: 16,384 bits).
 */
const CIPHERS = `TLS_AES_128_GCM_SHA256:${DEFAULT_CIPHERS}:!kDHE`;
/** A server may ask for one handshake after the other otherwise (TLS 1.2); no probe needs two. */
const NO_RENEGOTIATION = constants.SSL_OP_NO_RENEGOTIATION;
/** Most contexts kept; each distinct `ca` needs one. */
const MAX_CONTEXTS = 16;
/** Most TLS sessions kept, for `resumeTls`. */
const MAX_SESSIONS = 256;

/** The TLS state that probes share: one context per trusted `ca`, and sessions to resume. */
export class TlsContexts {
  readonly #contexts = new BoundedMap<string, SecureContext>(MAX_CONTEXTS);
  readonly #sessions = new BoundedMap<string, Buffer>(MAX_SESSIONS);

  /** @param ca PEM certificates trusted in addition to the well-known ones */
  contextFor(ca: string | undefined): SecureContext {
    const key = ca ?? '';
    const known = this.#contexts.get(key);
    if (known) return known;
    const trusted = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] };
    const context = createSecureContext({
      ...trusted,
      ciphers: CIPHERS,
      ecdhCurve: CURVES,
      secureOptions: NO_RENEGOTIATION,
    });
    this.#contexts.set(key, context);
    return context;
  }

  /** A session that was verified under the same `ca`; undefined when none is kept. */
  sessionFor(origin: string, ca: string | undefined): Buffer | undefined {
    return this.#sessions.get(sessionKey(origin, ca));
  }

  rememberSession(origin: string, ca: string | undefined, session: Buffer): void {
    this.#sessions.set(sessionKey(origin, ca), session);
  }
}

function sessionKey(origin: string, ca: string | undefined): string {
  return `${origin} ${ca ?? ''}`;
}
