import { createHmac, randomBytes } from 'node:crypto';
import { formatSecretUrl, type ProxyEndpoint } from './proxy.ts';

/** The secret key under which a pool's proxy ids are made: 32 random bytes, base64. */
export type PoolSalt = string;

/** A fresh salt, made once with its pool and never changed or returned. */
export function createSalt(): PoolSalt {
  return randomBytes(32).toString('base64');
}

/** The salt of proxies that belong to no pool; lives as long as the process. */
export const processSalt: PoolSalt = createSalt();

/**
 * HMAC-SHA-256 of the canonical URL under the salt, its first 128 bits written as a UUID
 * (version 8: RFC 9562, section 5.8; the version and variant bits are overwritten).
 */
export function proxyIdOf(endpoint: ProxyEndpoint, salt: PoolSalt): string {
  const digest = createHmac('sha256', salt).update(formatSecretUrl(endpoint)).digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
