import { LeaseOutcome, type ProxyRow } from '../../model/proxy-row.ts';
import { surplusBlocks } from '../../pools/blocks.ts';
import { noteEdge } from '../../pools/note-edge.ts';
import type { UseReport } from '../../storage/lease-storage.ts';
import type { LeaseReference } from '../lease.ts';
import type { LeaseContext } from '../lease-context.ts';
import { parseLeaseId } from '../lease-id.ts';
import type { ParsedLeaseReport } from '../lease-report.ts';
import { readSignedLease } from './renew-lease.ts';

/** What its id and its row say about a released lease. */
export interface ReleasedLease {
  readonly proxyId: string;
  readonly consumer: string;
  /** Epoch milliseconds. */
  readonly acquiredAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The row before; null when nothing was written: an unlimited proxy without a report. */
  readonly row: ProxyRow | null;
}

/**
 * Ends a lease and records how the use went; null, and nothing recorded, when it was already gone.
 *
 * @throws {InvalidInputError} when the id is malformed, or was not signed by this pool
 */
export async function releaseLease(
  context: LeaseContext,
  reference: LeaseReference,
  report?: ParsedLeaseReport,
): Promise<ReleasedLease | null> {
  const { storage, clock } = context;
  const { poolName } = reference;
  const use = report && toUse(report, clock.now());
  const parts = parseLeaseId(reference.leaseId);
  if (parts.kind === 'signed') return releaseSigned(context, reference, use);
  const { proxyId, token } = parts;
  const row = await storage.leases.release({ poolName, proxyId, token, ...(use && { use }) });
  const lease = row?.leases[token];
  if (!row || !lease) return null;
  await follow(context, row, use);
  return { ...lease, proxyId, row };
}

async function releaseSigned(
  context: LeaseContext,
  reference: LeaseReference,
  use: UseReport | undefined,
): Promise<ReleasedLease | null> {
  const { storage, clock } = context;
  const lease = await readSignedLease(context, reference);
  if (lease.expiresAt <= clock.now()) return null;
  if (!use) return { ...lease, row: null };
  const row = await storage.leases.recordUse(reference.poolName, lease.proxyId, use);
  if (row) await follow(context, row, use);
  return row && { ...lease, row };
}

/** Does what follows from a report. @param row before the report */
async function follow(context: LeaseContext, row: ProxyRow, use?: UseReport): Promise<void> {
  if (use?.outcome === LeaseOutcome.failed) await askForProbe(context, row);
  else await forgetOldBlocks(context, row, use);
}

/**
 * Has a pool with `backOff` probe a proxy soon that has failed. The schedule does so in time where
 * this fails.
 */
async function askForProbe(context: LeaseContext, { poolName }: ProxyRow): Promise<void> {
  const { storage, pools, reportError } = context;
  try {
    if ((await pools.get(poolName)).pool.backOff === null) return;
    // What the pool says has to be newer than the report.
    const pool = await storage.pools.get(poolName);
    if (pool) await noteEdge(context, pool, 'failedSince');
  } catch (error) {
    reportError(error);
  }
}

/** Removes surplus blocks; a later report makes up for a failure. @param row before the report */
async function forgetOldBlocks(
  { storage, reportError }: LeaseContext,
  { poolName, proxy, blocks }: ProxyRow,
  use?: UseReport,
): Promise<void> {
  if (use?.outcome !== LeaseOutcome.blocked || use.targetHost === undefined) return;
  const surplus = surplusBlocks({ blocks: { ...blocks, [use.targetHost]: use.at } });
  if (Object.keys(surplus).length === 0) return;
  // Refused when another report comes at the same time; that one then removes the same blocks.
  await storage.leases.removeBlocks(poolName, proxy.id, surplus).catch(reportError);
}

function toUse({ outcome, targetHost }: ParsedLeaseReport, at: number): UseReport {
  return { outcome, at, ...(targetHost !== undefined && { targetHost }) };
}

/**
 * Releases a lease that its caller never gets. Never throws: a lease that cannot be released
 * expires by itself, and the reason for giving it back matters more.
 */
export async function giveBack(context: LeaseContext, lease: LeaseReference): Promise<void> {
  try {
    await releaseLease(context, lease);
  } catch (error) {
    context.reportError(error);
  }
}
