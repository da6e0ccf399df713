import type { Storage } from '../../../src/storage/storage.ts';
import { type AuditExpectation, gatherEvidence } from './sweep-evidence.ts';
import { SWEEP_RULES } from './sweep-rules.ts';

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

/**
 * Tells, in a sentence each, which rows a sweep should have written and has not. For pools whose
 * every verdict counts at once (rise and fall 1), while no later sweep has begun.
 */
export async function findUnapplied(storage: Storage, sweepId: string): Promise<readonly string[]> {
  const evidence = await gatherEvidence(storage, sweepId, { proxyIds: [] });
  if (!evidence) return [`sweep ${sweepId} is not there`];
  const verdicts = new Map([...evidence.results.values()].flatMap(({ results }) => [...results]));
  return evidence.rows.flatMap(({ proxy, status }) => {
    const verdict = verdicts.get(proxy.id)?.status ?? 'inconclusive';
    const applied = verdict === 'inconclusive' || verdict === status || status === 'banned';
    return applied ? [] : [`the row of ${proxy.id} is ${status}, its verdict is ${verdict}`];
  });
}
