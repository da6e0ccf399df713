import type { ProxyRow, UseReport } from '../storage/storage.ts';
import type { LeaseReference } from './lease.ts';
import type { LeaseContext } from './lease-context.ts';
import { parseLeaseId } from './lease-id.ts';
import type { ParsedLeaseReport } from './lease-report.ts';
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
  const row = await storage.releaseLease({ poolName, proxyId, token, ...(use && { use }) });
  const lease = row?.leases[token];
  return lease ? { ...lease, proxyId, row } : null;
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
  const row = await storage.recordUse(reference.poolName, lease.proxyId, use);
  return row && { ...lease, row };
}

function toUse({ outcome, targetHost }: ParsedLeaseReport, at: number): UseReport {
  return { outcome, at, ...(targetHost !== undefined && { targetHost }) };
}
