import { endedLeases } from '../../model/lease-room.ts';
import type { Pool } from '../../model/pool.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import { proxyIdOf } from '../../proxies/proxy.ts';
import { type LeaseAcquisition, MAX_ENDED_NAMED } from '../../storage/lease-storage.ts';
import { giveBack } from '../hold/release-lease.ts';
import { type Lease, toLease } from '../lease.ts';
import { type LeaseContext, othersEndedBy } from '../lease-context.ts';
import { createLeaseToken, formatLeaseId } from '../lease-id.ts';
import { type ParsedAcquireRequest, wantedStatuses } from '../lease-request.ts';
import type { LeasingPool } from '../leasing-pools.ts';
import { signLease } from '../signed-lease.ts';

/**
 * Leases the proxy of a row, if the row still allows it; null when somebody was faster.
 *
 * @throws what the storage throws; then the lease is given back, as far as that is possible
 */
export async function leaseRow(
  context: LeaseContext,
  leasing: LeasingPool,
  request: ParsedAcquireRequest,
  row: ProxyRow,
): Promise<Lease | null> {
  const { poolName } = leasing.pool;
  const { proxy, maxConcurrency } = row;
  if (maxConcurrency === null) return leaseUnlimited(context, leasing, request, row);
  const { consumerName: consumer, leaseSeconds } = request;
  const acquiredAt = context.clock.now();
  const stored = { consumer, acquiredAt, expiresAt: acquiredAt + leaseSeconds * 1000 };
  const tokens = await nameEndedLeases(context, row);
  if (!tokens) return null;
  const token = createLeaseToken();
  const leaseId = formatLeaseId(proxy.id, token);
  const written = await acquireOrGiveBack(context, leaseId, {
    poolName,
    proxyId: proxy.id,
    token,
    lease: stored,
    statuses: wantedStatuses(request),
    maxConcurrency,
    ended: { tokens, endedBy: othersEndedBy(context) },
  });
  // An answer that took as long as the lease brings nothing that could be used.
  if (!written || context.clock.now() >= stored.expiresAt) return null;
  return toLease({ leaseId, poolName, proxy: written.proxy, stored, leaseSeconds });
}

/** A write that fails may have landed nevertheless. */
async function acquireOrGiveBack(
  context: LeaseContext,
  leaseId: string,
  acquisition: LeaseAcquisition,
): Promise<ProxyRow | null> {
  try {
    return await context.storage.leases.acquire(acquisition);
  } catch (error) {
    await giveBack(context, { poolName: acquisition.poolName, leaseId });
    throw error;
  }
}

/**
 * The ended leases that the write which takes their place will name. What is beyond the number one
 * write may name is removed before; null when somebody else is at that.
 */
async function nameEndedLeases(
  context: LeaseContext,
  row: ProxyRow,
): Promise<readonly string[] | null> {
  const endedBy = othersEndedBy(context);
  const tokens = endedLeases(row, endedBy);
  while (tokens.length > MAX_ENDED_NAMED) {
    const some = { tokens: tokens.splice(0, MAX_ENDED_NAMED), endedBy };
    const { poolName, proxy } = row;
    if (!(await context.storage.leases.removeEnded(poolName, proxy.id, some))) return null;
  }
  return tokens;
}

/**
 * Leases an unlimited proxy: writes nothing, as there is no race to lose. No write would notice
 * what has changed since the row was sampled, so the row is read once more; null when it may not be
 * leased any more.
 */
async function leaseUnlimited(
  context: LeaseContext,
  { pool }: LeasingPool,
  request: ParsedAcquireRequest,
  { proxy: { id: proxyId } }: ProxyRow,
): Promise<Lease | null> {
  const { poolName } = pool;
  const { consumerName: consumer, leaseSeconds } = request;
  const row = await context.storage.proxies.get(poolName, proxyId);
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
