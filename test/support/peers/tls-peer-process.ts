/**
 * A hostile TLS server in its own process, so that only the probe's side works in the test's event
 * loop. The kind is its argument; it sends its port to its parent and ends with it.
 */
import { generatePrimeSync, KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** What the server does to whoever shakes hands with it. */
export type TlsPeerKind = 'plain' | 'dhe' | 'rsa-16384' | 'records';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const PUBLIC_EXPONENT = 65_537n;

type KeyPair = Pick<webcrypto.CryptoKeyPair, 'privateKey' | 'publicKey'>;

const kinds: Readonly<Record<TlsPeerKind, () => Promise<Server>>> = {
  plain: async () => serve(await certify(await generateEcdsa())),
  dhe: async () => {
    const length = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const keys = await webcrypto.subtle.generateKey({ ...RSA, ...length }, true, [
      'sign',
      'verify',
    ]);
    const ciphers = 'DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0';
    const group = { dhparam: dhGroup(9984), maxVersion: 'TLSv1.2', ciphers } as const;
    return serve({ ...(await certify(keys)), ...group });
  },
  'rsa-16384': async () => serve(await certify(await importHugeRsa())),
  // 4,096 empty HelloRequests in each record, which a client may only ignore (RFC 5246, 7.4.1.1).
  records: async () => {
    const record = Buffer.concat([Buffer.from([22, 3, 3, 0x40, 0]), Buffer.alloc(0x4000)]);
    return createServer((socket) => socket.on('error', () => {}).once('data', flood));
    function flood(this: Socket) {
      const more = () => {
        while (!this.destroyed && this.write(record));
      };
      this.on('drain', more);
      more();
    }
  },
};

const server = await kinds[process.argv[2] as TlsPeerKind]();
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

function serve(options: TlsOptions): Server {
  return createTlsServer(options, (socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(ANSWER));
  });
}

function generateEcdsa(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
}

/** A certificate for the key, signed by another one: a large key would take seconds to sign. */
async function certify({ publicKey, privateKey }: KeyPair): Promise<TlsOptions> {
  const { privateKey: signingKey } = await generateEcdsa();
  const certificate = await x509.X509CertificateGenerator.create({
    ...{ serialNumber: '01', subject: 'CN=peer.test', issuer: 'CN=Nobody' },
    ...{ notBefore: new Date('2020-01-01'), notAfter: new Date('2049-01-01') },
    ...{ publicKey, signingKey, signingAlgorithm: ECDSA },
  });
  const key = KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { cert: certificate.toString('pem'), key };
}

/** OpenSSL's longest RSA key, made of 16 primes in two heaps: two primes would take minutes. */
async function importHugeRsa(): Promise<KeyPair> {
  const primes = Array.from({ length: 16 }, () => generatePrimeSync(1024, { bigint: true }));
  const [p, q] = [primes.slice(0, 8), primes.slice(8)].map(product) as [bigint, bigint];
  const d = inverse(PUBLIC_EXPONENT, product(primes.map((prime) => prime - 1n)));
  const numbers = { n: p * q, e: PUBLIC_EXPONENT, d, p, q, qi: inverse(q, p) };
  const lambda = (heap: readonly bigint[]) => product(heap.map((prime) => prime - 1n));
  const crt = { dp: d % lambda(primes.slice(0, 8)), dq: d % lambda(primes.slice(8)) };
  const texts = Object.entries({ ...numbers, ...crt }).map(([name, value]) => {
    const hex = value.toString(16);
    return [name, Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')] as const;
  });
  const jwk = Object.fromEntries(texts.map(([name, bytes]) => [name, bytes.toString('base64url')]));
  const { n = '', e = '' } = jwk;
  const importKey = (key: webcrypto.JsonWebKey, use: 'sign' | 'verify') =>
    webcrypto.subtle.importKey('jwk', { kty: 'RSA', ...key }, RSA, true, [use]);
  return {
    privateKey: await importKey(jwk, 'sign'),
    publicKey: await importKey({ n, e }, 'verify'),
  };
}

function product(numbers: readonly bigint[]): bigint {
  return numbers.reduce((total, number) => total * number, 1n);
}

/** The inverse of `value` modulo `modulus`, which have no common divisor (Euclid). */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r, next, s, nextS] = [modulus, value % modulus, 0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [s, nextS] = [nextS, s - quotient * nextS];
  }
  return ((s % modulus) + modulus) % modulus;
}

/** PKCS #3 parameters: an odd modulus of this many bits, which nobody checks for being prime. */
function dhGroup(bits: number): string {
  const modulus = randomBytes(bits / 8);
  modulus[0] = (modulus[0] ?? 0) | 0x80;
  modulus[modulus.length - 1] = (modulus.at(-1) ?? 0) | 7;
  const der = encode(0x30, encode(2, Buffer.from([0]), modulus), encode(2, Buffer.from([2])));
  return `-----BEGIN DH PARAMETERS-----\n${der.toString('base64')}\n-----END DH PARAMETERS-----\n`;
}

function encode(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}
