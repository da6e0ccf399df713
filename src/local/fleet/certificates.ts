import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
// @peculiar/x509 needs this before it loads.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { systemClock } from '../../clock.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** A certificate (leaf first, PEM) with its private key (PKCS #8, PEM). */
export interface ServerCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** The contents of a leaf certificate. */
export interface IssueOptions {
  /** The DNS names and IP literals it is valid for; a wrong-name certificate lists others. */
  readonly names: readonly string[];
  /** Whether its validity ended yesterday. @default false */
  readonly expired?: boolean;
  /** Whether its own key signs it instead of the authority's. @default false */
  readonly selfSigned?: boolean;
}

/** A certificate authority in memory, for servers on loopback. */
export interface TestAuthority {
  /** The authority's own certificate, for clients to trust. */
  readonly caPem: string;
  /** Makes a server certificate with a fresh ECDSA P-256 key. */
  issue(options: IssueOptions): Promise<ServerCertificate>;
}

/**
 * Makes a certificate authority with a fresh ECDSA P-256 key, valid for ten days.
 *
 * @param commonName its name as an issuer
 */
export async function createTestAuthority(
  commonName = 'Lighthouse Test CA',
): Promise<TestAuthority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${commonName}`,
    ...validity(false),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    caPem: formatPem(certificate),
    issue: (options) => issueLeaf(options, { subject: certificate.subject, keys }),
  };
}

async function issueLeaf(
  { names, expired = false, selfSigned = false }: IssueOptions,
  issuer: { readonly subject: string; readonly keys: webcrypto.CryptoKeyPair },
): Promise<ServerCertificate> {
  const keys = await generateKeys();
  const subject = `CN=${names[0] ?? 'nameless'}`;
  const common = {
    serialNumber: serialNumber(),
    ...validity(expired),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name })),
      ),
    ],
  };
  const certificate = selfSigned
    ? await x509.X509CertificateGenerator.createSelfSigned({ ...common, name: subject, keys })
    : await x509.X509CertificateGenerator.create({
        ...common,
        subject,
        issuer: issuer.subject,
        publicKey: keys.publicKey,
        signingKey: issuer.keys.privateKey,
      });
  return { certPem: formatPem(certificate), keyPem: exportPrivateKey(keys.privateKey) };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Ends with a line break so that certificates can be concatenated. */
function formatPem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trimEnd()}\n`;
}

function exportPrivateKey(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function validity(expired: boolean): { notBefore: Date; notAfter: Date } {
  const now = systemClock.now();
  return {
    notBefore: new Date(now - 10 * DAY_MS),
    notAfter: new Date(expired ? now - DAY_MS : now + 10 * DAY_MS),
  };
}

/** 16 random bytes, positive and without a leading zero byte (RFC 5280, section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}
