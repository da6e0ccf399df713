import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Pool } from '../model/pool.ts';

/** Keeps this use of the salt apart from all others. */
const KEY_LABEL = 'lighthouse lease id v1';
const NONCE_BYTES = 12;

/** The lease of an unlimited proxy: nothing is stored, its id holds everything. */
export interface SignedLease {
  readonly proxyId: string;
  readonly consumer: string;
  /** Epoch milliseconds. */
  readonly acquiredAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

type SigningPool = Pick<Pool, 'poolName' | 'salt'>;

/** `<proxyId>.u.<acquiredAt>.<expiresAt>.<consumer>.<nonce>.<HMAC-SHA-256>`. */
export function signLease(pool: SigningPool, lease: SignedLease): string {
  const text = [
    lease.proxyId,
    'u',
    lease.acquiredAt.toString(36),
    lease.expiresAt.toString(36),
    Buffer.from(lease.consumer).toString('base64url'),
    randomBytes(NONCE_BYTES).toString('base64url'),
  ].join('.');
  return `${text}.${signatureOf(pool, text).toString('base64url')}`;
}

/** The lease a signed id stands for; null when the pool did not sign it. */
export function verifyLease(pool: SigningPool, leaseId: string): SignedLease | null {
  const split = leaseId.lastIndexOf('.');
  const text = leaseId.slice(0, split);
  const given = Buffer.from(leaseId.slice(split + 1), 'base64url');
  const right = signatureOf(pool, text);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  const [proxyId = '', , acquiredAt = '', expiresAt = '', consumer = ''] = text.split('.');
  return {
    proxyId,
    consumer: Buffer.from(consumer, 'base64url').toString(),
    acquiredAt: Number.parseInt(acquiredAt, 36),
    expiresAt: Number.parseInt(expiresAt, 36),
  };
}

function signatureOf({ poolName, salt }: SigningPool, text: string): Buffer {
  const key = createHmac('sha256', salt).update(KEY_LABEL).digest();
  return createHmac('sha256', key).update(`${poolName}\n${text}`).digest();
}
