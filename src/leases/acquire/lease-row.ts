import { endedLeases } from '../../model/lease-room.ts';
import type { Pool } from '../../model/pool.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { type Proxy, proxyIdOf } from '../../proxies/proxy.ts';
import { type LeaseAcquisition, MAX_ENDED_NAMED } from '../../storage/lease-storage.ts';
import { giveBack } from '../hold/release-lease.ts';
import { type Lease, toLease } from '../lease.ts';
import { type LeaseContext, othersEndedBy } from '../lease-context.ts';
import { createLeaseToken, formatLeaseId } from '../lease-id.ts';
import { wantedStatuses } from '../lease-request.ts';
import { signLease } from '../signed-lease.ts';
import type { LeaseSearch } from './batch-sample.ts';

/**
 * Leases the proxy of a row; null when the row no longer allows it, or another consumer was faster.
 *
 * @throws {unknown} when the storage throws: the same error; the lease is given back if possible
 */
export async function leaseRow(
  context: LeaseContext,
  search: LeaseSearch,
  row: ProxyRow,
): Promise<Lease | null> {
  const { request } = search;
  const { poolName } = search.leasing.pool;
  const { proxy, maxConcurrency } = row;
  if (maxConcurrency === null) return leaseUnlimited(context, search, row);
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
  // An answer that took as long as the lease is of no use.
  if (!written || context.clock.now() >= stored.expiresAt) return null;
  return toLease({ leaseId, poolName, proxy: written.proxy, stored, leaseSeconds });
}

/** Gives the lease back when the write fails: it may have landed all the same. */
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
 * The ended leases for the new lease's write to name. Those beyond what one write may name are
 * removed first; null when another consumer is removing them.
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
 * Leases an unlimited proxy without a write, as there is no race to lose. No write would notice
 * what has changed since the row was sampled, so the row is read once more; null when it may no
 * longer be leased.
 */
async function leaseUnlimited(
  context: LeaseContext,
  { leasing: { pool }, request }: LeaseSearch,
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
 * The pool a proxy belongs to: the remembered one, or another one made in its place after that was
 * deleted. Null when it belongs to neither.
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
