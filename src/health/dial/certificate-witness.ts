import { createHash, type X509Certificate } from 'node:crypto';
import { BoundedMap } from '../../async/bounded-map.ts';

/** What is remembered about a certificate. */
export interface CertificateIdentity {
  /** SHA-256 of the public key (SubjectPublicKeyInfo), base64; a renewal may keep it. */
  readonly publicKeyHash: string;
  /** The issuer's distinguished name on one line. */
  readonly issuer: string;
  /** SHA-256 of the whole certificate, for quick comparison. */
  readonly fingerprint: string;
}

/** An origin and what its certificate was. */
export type SeenCertificate = readonly [origin: string, identity: CertificateIdentity];

/** How a certificate compares with the one seen without a proxy. */
export type Comparison = 'unwitnessed' | 'same' | 'different';

/** Most origins remembered. */
const MAX_ORIGINS = 1000;

/** Remembers the certificate each target showed when it was asked directly. */
export class CertificateWitness {
  readonly #seen = new BoundedMap<string, CertificateIdentity>(MAX_ORIGINS);

  /** Remembers the certificate that the control probe saw. */
  record(origin: string, certificate: X509Certificate): void {
    this.#seen.set(origin, identify(certificate));
  }

  /** What was seen, for a witness in another thread; see `adopt`. */
  get seen(): readonly SeenCertificate[] {
    return [...this.#seen.entries()];
  }

  /** Remembers what the witness of another thread has seen. */
  adopt(seen: readonly SeenCertificate[]): void {
    for (const [origin, identity] of seen) this.#seen.set(origin, identity);
  }

  /** True when the target showed a certificate, so that it speaks TLS. */
  knows(origin: string): boolean {
    return this.#seen.get(origin) !== undefined;
  }

  /** Returns `same` when the public key and the issuer are the same. */
  compare(origin: string, certificate: X509Certificate): Comparison {
    const witnessed = this.#seen.get(origin);
    if (!witnessed) return 'unwitnessed';
    if (witnessed.fingerprint === certificate.fingerprint256) return 'same';
    // The key last: to export it costs fifty times what the rest does.
    const isSame =
      witnessed.issuer === issuerOf(certificate) &&
      witnessed.publicKeyHash === publicKeyHashOf(certificate);
    return isSame ? 'same' : 'different';
  }
}

/** The distinguished name of the issuer, on one line of at most 200 characters. */
export function issuerOf(certificate: X509Certificate): string {
  return certificate.issuer.split('\n').join(', ').slice(0, 200);
}

function identify(certificate: X509Certificate): CertificateIdentity {
  return {
    publicKeyHash: publicKeyHashOf(certificate),
    issuer: issuerOf(certificate),
    fingerprint: certificate.fingerprint256,
  };
}

function publicKeyHashOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}
