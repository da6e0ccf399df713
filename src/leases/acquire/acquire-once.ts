import { createHash, createHmac } from 'node:crypto';
import { ConflictError } from '../../errors.ts';
import type { LeaseKeyRecord } from '../../storage/lease-key-storage.ts';
import { giveBack } from '../hold/release-lease.ts';
import { findLease } from '../hold/renew-lease.ts';
import type { Lease } from '../lease.ts';
import type { LeaseContext } from '../lease-context.ts';
import type { LeaseWish, ParsedAcquireRequest } from '../lease-request.ts';
import type { LeasingPool } from '../leasing-pools.ts';
import { acquireLease } from './acquire-lease.ts';

/** How long a key is remembered after its lease would have ended, seconds. */
const REMEMBERED_SECONDS = 86_400;

export interface OnceOutcome {
  readonly lease: Lease | null;
  /** True when an earlier request with the key was given this lease. */
  readonly repeated: boolean;
}

/**
 * Acquires a lease, or returns the lease of an earlier request with the same key. A key is taken
 * only once it has a lease, so a request that found no proxy may be repeated; if the same request
 * took the last proxy a moment before, the repetition is given that lease. A process that dies
 * between writing the lease and the key leaves one lease behind, which expires by itself.
 *
 * @throws {ConflictError} when another request used the key, or the key's lease is over
 */
export async function acquireOnce(
  context: LeaseContext,
  leasing: LeasingPool,
  { key, ...wish }: LeaseWish & { readonly key: string },
): Promise<OnceOutcome> {
  const { storage } = context;
  const { request } = wish;
  const keyHash = hashKey(leasing, request.consumerName, key);
  wish.signal?.throwIfAborted();
  const known = await storage.leaseKeys.get(keyHash);
  if (known) return { lease: await repeat(context, request, known), repeated: true };
  const lease = await acquireLease(context, leasing, wish);
  // If there is none, the same request may have taken the last proxy meanwhile.
  const stored = lease
    ? await storeKey(context, lease, { keyHash, requestHash: hashRequest(request) })
    : await storage.leaseKeys.get(keyHash);
  if (!stored || stored.leaseId === lease?.leaseId) return { lease, repeated: false };
  if (lease) await giveBack(context, lease);
  return { lease: await repeat(context, request, stored), repeated: true };
}

/** Stores a key. @returns the stored record, which may be another request's */
async function storeKey(
  context: LeaseContext,
  lease: Lease,
  hashes: Pick<LeaseKeyRecord, 'keyHash' | 'requestHash'>,
): Promise<LeaseKeyRecord> {
  const { storage } = context;
  const { leaseId, expiresAt } = lease;
  const expiresAtEpochSeconds = Math.ceil(Date.parse(expiresAt) / 1000) + REMEMBERED_SECONDS;
  try {
    return await storage.leaseKeys.put({ ...hashes, leaseId, expiresAtEpochSeconds });
  } catch (error) {
    // A failed write may have landed all the same.
    const stored = await storage.leaseKeys.get(hashes.keyHash).catch(() => null);
    if (stored) return stored;
    await giveBack(context, lease);
    throw error;
  }
}

async function repeat(
  context: LeaseContext,
  request: ParsedAcquireRequest,
  { leaseId, requestHash }: LeaseKeyRecord,
): Promise<Lease> {
  if (requestHash !== hashRequest(request))
    throw new ConflictError('another request was made with this idempotency key');
  const { poolName, leaseSeconds } = request;
  const lease = await findLease(context, { poolName, leaseId }, leaseSeconds);
  if (lease) return lease;
  throw new ConflictError('the lease acquired with this idempotency key is over; use another key');
}

/** Hashes a key so that consumers can neither take nor guess each other's. */
function hashKey({ pool }: LeasingPool, consumerName: string, key: string): string {
  const text = JSON.stringify([pool.poolName, consumerName, key]);
  return createHmac('sha256', pool.salt).update(text).digest('hex');
}

/** Hashes a request: equal for requests that ask for the same things, in any order. */
function hashRequest(request: ParsedAcquireRequest): string {
  const { idempotencyKey: _key, excludedProxyIds, filters, ...rest } = request;
  const asked = [
    Object.entries(rest).sort(),
    Object.entries(filters).sort(),
    [...excludedProxyIds].sort(),
  ];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}
