import { InvalidInputError, LeaseEndedError } from '../../errors.ts';
import { ProxyStatus } from '../../health/rise-fall.ts';
import { type Lease, type LeaseReference, toLease } from '../lease.ts';
import type { LeaseContext } from '../lease-context.ts';
import { type LeaseIdParts, parseLeaseId } from '../lease-id.ts';
import { type SignedLease, signLease, verifyLease } from '../signed-lease.ts';

/**
 * Extends a lease to `leaseSeconds` from now, unless it already ends later.
 *
 * @throws {LeaseEndedError} when it is over, was released, or its proxy was banned or deleted
 * @throws {InvalidInputError} when the id is malformed, or was not signed by this pool
 */
export async function renewLease(
  context: LeaseContext,
  reference: LeaseReference,
  leaseSeconds: number,
): Promise<Lease> {
  const parts = parseLeaseId(reference.leaseId);
  const renewed = await (parts.kind === 'stored'
    ? renewStored(context, reference, { ...parts, leaseSeconds })
    : renewSigned(context, reference, leaseSeconds));
  if (renewed) return renewed;
  throw new LeaseEndedError(
    `the lease of proxy ${parts.proxyId} in pool "${reference.poolName}" is over; acquire a proxy again`,
  );
}

/**
 * Reads the lease id of an unlimited proxy.
 *
 * @throws {InvalidInputError} when the pool did not sign it
 */
export async function readSignedLease(
  { pools }: LeaseContext,
  { poolName, leaseId }: LeaseReference,
): Promise<SignedLease> {
  const known = verifyLease((await pools.get(poolName)).pool, leaseId);
  // A pool that was deleted and made again has another salt than the remembered one.
  const lease = known ?? verifyLease((await pools.doubt(poolName)).pool, leaseId);
  if (lease) return lease;
  const detail = `does not belong to pool "${poolName}"`;
  throw new InvalidInputError(`the lease id ${detail}`, [{ pointer: '/leaseId', detail }]);
}

async function renewStored(
  { storage, clock }: LeaseContext,
  { poolName, leaseId }: LeaseReference,
  { proxyId, token, leaseSeconds }: StoredRenewal,
): Promise<Lease | null> {
  const now = clock.now();
  const expiresAt = now + leaseSeconds * 1000;
  const row = await storage.leases.renew({ poolName, proxyId, token, expiresAt, now });
  const stored = row?.leases[token];
  return stored ? toLease({ leaseId, poolName, proxy: row.proxy, stored, leaseSeconds }) : null;
}

type StoredRenewal = Extract<LeaseIdParts, { kind: 'stored' }> & { readonly leaseSeconds: number };

async function renewSigned(
  context: LeaseContext,
  reference: LeaseReference,
  leaseSeconds: number,
): Promise<Lease | null> {
  const { storage, clock, pools } = context;
  const { poolName } = reference;
  const lease = await readSignedLease(context, reference);
  const now = clock.now();
  if (lease.expiresAt <= now) return null;
  const row = await storage.proxies.get(poolName, lease.proxyId);
  if (!row || row.status === ProxyStatus.banned || row.maxConcurrency !== null) return null;
  const expiresAt = Math.max(lease.expiresAt, now + leaseSeconds * 1000);
  const stored = { ...lease, expiresAt };
  const leaseId = signLease((await pools.get(poolName)).pool, stored);
  return toLease({ leaseId, poolName, proxy: row.proxy, stored, leaseSeconds });
}

/**
 * The lease an id stands for; null when it is over by this clock, was released, or its proxy is
 * banned or gone.
 *
 * @throws {InvalidInputError} when the id is malformed, or was not signed by this pool
 */
export async function findLease(
  context: LeaseContext,
  reference: LeaseReference,
  leaseSeconds: number,
): Promise<Lease | null> {
  const { leaseId, poolName } = reference;
  const parts = parseLeaseId(leaseId);
  const signed = parts.kind === 'signed' ? await readSignedLease(context, reference) : null;
  const row = await context.storage.proxies.get(poolName, parts.proxyId);
  const stored = parts.kind === 'stored' ? row?.leases[parts.token] : signed;
  if (!row || row.status === ProxyStatus.banned) return null;
  if (!stored || stored.expiresAt <= context.clock.now()) return null;
  return toLease({ leaseId, poolName, proxy: row.proxy, stored, leaseSeconds });
}
