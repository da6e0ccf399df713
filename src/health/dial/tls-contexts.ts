import {
  createSecureContext,
  DEFAULT_CIPHERS,
  getCACertificates,
  type SecureContext,
} from 'node:tls';

/** X25519 first: half the CPU of the others, and every server knows it. */
const CURVES = 'X25519:P-256:P-384';
/** AES-128 first, with its SHA-256 of a quarter the CPU of AES-256's SHA-384; the rest as Node has it. */
const CIPHERS = `TLS_AES_128_GCM_SHA256:${DEFAULT_CIPHERS}`;
/** Contexts kept at most; each distinct `ca` needs one. */
const MAX_CONTEXTS = 16;
/** TLS sessions kept at most, for `resumeTls`. */
const MAX_SESSIONS = 256;

/** The TLS state that probes share: one context per trusted `ca`, and sessions to resume. */
export class TlsContexts {
  readonly #contexts = new Map<string, SecureContext>();
  readonly #sessions = new Map<string, Buffer>();

  /** @param ca PEM certificates trusted besides the well-known ones */
  contextFor(ca: string | undefined): SecureContext {
    const key = ca ?? '';
    const known = this.#contexts.get(key);
    if (known) return known;
    const trusted = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] };
    const context = createSecureContext({ ...trusted, ciphers: CIPHERS, ecdhCurve: CURVES });
    remember(this.#contexts, key, context, MAX_CONTEXTS);
    return context;
  }

  /** A session that was verified under the same `ca`. */
  sessionFor(origin: string, ca: string | undefined): Buffer | undefined {
    return this.#sessions.get(sessionKey(origin, ca));
  }

  rememberSession(origin: string, ca: string | undefined, session: Buffer): void {
    remember(this.#sessions, sessionKey(origin, ca), session, MAX_SESSIONS);
  }
}

function sessionKey(origin: string, ca: string | undefined): string {
  return `${origin} ${ca ?? ''}`;
}

function remember<V>(map: Map<string, V>, key: string, value: V, limit: number): void {
  map.delete(key);
  const oldest = map.size >= limit ? map.keys().next() : undefined;
  if (oldest && !oldest.done) map.delete(oldest.value);
  map.set(key, value);
}
