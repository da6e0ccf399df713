import { expect } from 'vitest';
import type { Storage } from '../../src/storage/storage.ts';
import { type AuditExpectation, gatherEvidence } from './audit/sweep-evidence.ts';
import { SWEEP_RULES } from './audit/sweep-rules.ts';

export type { AuditExpectation };

/**
 * Recounts a sweep that has ended and tells, in a sentence each, where something was lost or
 * counted twice: every proxy has one verdict in the batch it belongs to, or stands in a batch named
 * as missing; the ledger and the totals equal a recount of the results; nobody else appears; rows
 * follow the stored verdicts; the pool no longer points at the sweep.
 */
export async function findViolations(
  storage: Storage,
  sweepId: string,
  expected: AuditExpectation,
): Promise<readonly string[]> {
  const evidence = await gatherEvidence(storage, sweepId, expected);
  if (!evidence) return [`sweep ${sweepId} is not there`];
  return SWEEP_RULES.flatMap((rule) => [...rule(evidence)]);
}

/** Asserts that a sweep that has ended lost nothing and counted nothing twice. */
export async function auditSweep(
  storage: Storage,
  sweepId: string,
  expected: AuditExpectation,
): Promise<void> {
  expect(await findViolations(storage, sweepId, expected)).toEqual([]);
}
