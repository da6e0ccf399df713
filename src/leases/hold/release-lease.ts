import type { ProxyRow } from '../../model/proxy-row.ts';
import { LeaseOutcome } from '../../model/proxy-row.ts';
import { surplusBlocks } from '../../pools/blocks.ts';
import type { UseReport } from '../../storage/lease-storage.ts';
import type { LeaseReference } from '../lease.ts';
import type { LeaseContext } from '../lease-context.ts';
import { parseLeaseId } from '../lease-id.ts';
import type { ParsedLeaseReport } from '../lease-report.ts';
import { readSignedLease } from './renew-lease.ts';

/** A lease that was released: as much of it as its id and its row say. */
export interface ReleasedLease {
  readonly proxyId: string;
  readonly consumer: string;
  /** Epoch milliseconds. */
  readonly acquiredAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The row before; null where nothing was written, as of an unlimited proxy without a report. */
  readonly row: ProxyRow | null;
}

/**
 * Ends a lease and notes how the use went; null, and nothing noted, when it was gone already.
 *
 * @throws {InvalidInputError} when the id is none of this pool
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
  await forgetOldBlocks(context, row, use);
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
  if (row) await forgetOldBlocks(context, row, use);
  return row && { ...lease, row };
}

/** What it cannot do the next report does. @param row as it was before the report */
async function forgetOldBlocks(
  { storage, reportError }: LeaseContext,
  { poolName, proxy, blocks }: ProxyRow,
  use?: UseReport,
): Promise<void> {
  if (use?.outcome !== LeaseOutcome.blocked || use.targetHost === undefined) return;
  const surplus = surplusBlocks({ blocks: { ...blocks, [use.targetHost]: use.at } });
  // Refused where somebody reports at the same time, who then forgets the same.
  if (Object.keys(surplus).length === 0) return;
  await storage.leases.removeBlocks(poolName, proxy.id, surplus).catch(reportError);
}

function toUse({ outcome, targetHost }: ParsedLeaseReport, at: number): UseReport {
  return { outcome, at, ...(targetHost !== undefined && { targetHost }) };
}

/**
 * Releases a lease that nobody will be told of. Never throws: what cannot be released ends at its
 * time, and whoever gives it back has something more important to say.
 */
export async function giveBack(context: LeaseContext, lease: LeaseReference): Promise<void> {
  try {
    await releaseLease(context, lease);
  } catch (error) {
    context.reportError(error);
  }
}
