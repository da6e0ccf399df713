import { ProxyStatus } from '../health/rise-fall.ts';
import { readSignedLease } from './hold/renew-lease.ts';
import type { Lease, LeaseReference } from './lease.ts';
import type { LeaseContext } from './lease-context.ts';
import { parseLeaseId } from './lease-id.ts';
import { toLease } from './to-lease.ts';

/**
 * The lease an id stands for; null when it is over by this clock, was released, or its proxy is
 * banned or gone.
 *
 * @throws {InvalidInputError} when the id is none of this pool
 */
export async function findLease(
  context: LeaseContext,
  reference: LeaseReference,
  leaseSeconds: number,
): Promise<Lease | null> {
  const { leaseId, poolName } = reference;
  const parts = parseLeaseId(leaseId);
  const signed = parts.kind === 'signed' ? await readSignedLease(context, reference) : null;
  const row = await context.storage.getProxyRow(poolName, parts.proxyId);
  const stored = parts.kind === 'stored' ? row?.leases[parts.token] : signed;
  if (!row || row.status === ProxyStatus.banned) return null;
  if (!stored || stored.expiresAt <= context.clock.now()) return null;
  return toLease({ leaseId, poolName, proxy: row.proxy, stored, leaseSeconds });
}
