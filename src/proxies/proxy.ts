import { hash, randomBytes } from 'node:crypto';
import { formatVersionedUuid } from '../uuid.ts';
import { formatSecretUrl, type ProxyEndpoint } from './endpoint.ts';

/** A proxy with its identity in a pool. */
export interface Proxy extends ProxyEndpoint {
  /** Deterministic under the pool's salt, not guessable without it; a UUID version 8. */
  readonly id: string;
}

/**
 * Gives an endpoint its identity.
 *
 * @param salt the pool's salt; by default a random one of this process
 */
export function createProxy(endpoint: ProxyEndpoint, salt: PoolSalt = processSalt): Proxy {
  return { ...endpoint, id: proxyIdOf(endpoint, salt) };
}

/** The secret key under which a pool's proxy ids are made: 32 random bytes, base64. */
export type PoolSalt = string;

/** Makes a salt. A pool gets one when it is created; it is never changed or returned. */
export function createSalt(): PoolSalt {
  return randomBytes(32).toString('base64');
}

/** The salt of proxies that belong to no pool; lives as long as the process. */
export const processSalt: PoolSalt = createSalt();

/** The block size of SHA-256, in bytes: FIPS 180-4, section 1. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Room for a canonical URL; longer ones get a buffer of their own. */
const URL_BYTES = 4096;

/** The two inputs of an HMAC, RFC 2104: the padded key, and room for what is hashed with it. */
interface HmacBlocks {
  readonly salt: PoolSalt;
  readonly inner: Buffer;
  readonly outer: Buffer;
}

let blocks: HmacBlocks | null = null;

/**
 * HMAC-SHA-256 of the canonical URL under the salt, its first 128 bits written as a UUID
 * (version 8: RFC 9562, section 5.8; the version and variant bits are overwritten).
 *
 * Two one-shot hashes instead of `createHmac`: a list of a million lines makes a million ids, and
 * the native object behind each `Hmac` costs twice the hashing.
 */
export function proxyIdOf(endpoint: ProxyEndpoint, salt: PoolSalt): string {
  if (blocks?.salt !== salt) blocks = createBlocks(salt);
  return formatVersionedUuid(hmacHex(blocks, formatSecretUrl(endpoint)), 8);
}

function hmacHex({ inner, outer }: HmacBlocks, url: string): string {
  // A canonical URL is ASCII: the host is IDNA, the credentials are percent-encoded.
  const room = url.length <= URL_BYTES ? inner : Buffer.concat([inner, Buffer.alloc(url.length)]);
  const end = BLOCK_BYTES + room.write(url, BLOCK_BYTES, 'latin1');
  outer.write(hash('sha256', room.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
  return hash('sha256', outer, 'hex');
}

function createBlocks(salt: PoolSalt): HmacBlocks {
  const bytes = Buffer.from(salt);
  const key = bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes;
  const inner = Buffer.alloc(BLOCK_BYTES + URL_BYTES);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    inner[at] = 0x36 ^ (key[at] ?? 0);
    outer[at] = 0x5c ^ (key[at] ?? 0);
  }
  return { salt, inner, outer };
}
