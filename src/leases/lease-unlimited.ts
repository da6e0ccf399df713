import type { Pool } from '../model/pool.ts';
import type { Proxy } from '../proxies/proxy.ts';
import { proxyIdOf } from '../proxies/proxy-id.ts';
import type { ProxyRow } from '../storage/storage.ts';
import type { Lease } from './lease.ts';
import type { LeaseContext } from './lease-context.ts';
import { type ParsedAcquireRequest, wantedStatuses } from './lease-request.ts';
import type { LeasingPool } from './leasing-pools.ts';
import { signLease } from './signed-lease.ts';
import { toLease } from './to-lease.ts';

/**
 * Leases an unlimited proxy: writes nothing, as there is no race to lose. No write would notice
 * what has changed since the row was sampled, so the row is read once more; null when it may not be
 * leased any more.
 */
export async function leaseUnlimited(
  context: LeaseContext,
  { pool }: LeasingPool,
  request: ParsedAcquireRequest,
  { proxy: { id: proxyId } }: ProxyRow,
): Promise<Lease | null> {
  const { poolName } = pool;
  const { consumerName: consumer, leaseSeconds } = request;
  const row = await context.storage.getProxyRow(poolName, proxyId);
  if (row?.maxConcurrency !== null || !wantedStatuses(request).includes(row.status)) return null;
  const owner = await ownerOf(context, pool, row.proxy);
  if (!owner) return null;
  const acquiredAt = context.clock.now();
  const stored = { consumer, acquiredAt, expiresAt: acquiredAt + leaseSeconds * 1000 };
  const leaseId = signLease(owner, { ...stored, proxyId });
  return toLease({ leaseId, poolName, proxy: row.proxy, stored, leaseSeconds });
}

/**
 * The pool a proxy is of: not the one that is remembered, when that was deleted and another one
 * made in its place. Null when it is of neither.
 */
async function ownerOf(
  { pools }: LeaseContext,
  remembered: Pool,
  proxy: Proxy,
): Promise<Pool | null> {
  if (isOf(proxy, remembered)) return remembered;
  const { pool } = await pools.refresh(remembered.poolName);
  return isOf(proxy, pool) ? pool : null;
}

function isOf(proxy: Proxy, { salt }: Pool): boolean {
  return proxyIdOf(proxy, salt) === proxy.id;
}
