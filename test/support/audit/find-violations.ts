import type { Storage } from '../../../src/storage/storage.ts';
import { type AuditExpectation, gatherEvidence } from './sweep-evidence.ts';
import { SWEEP_RULES } from './sweep-rules.ts';

/**
 * Recounts an ended sweep and returns a sentence for each thing that was lost or counted twice:
 * every proxy has one verdict in its own batch or belongs to a batch named as missing; the ledger
 * and the totals equal a recount of the results; no other proxy appears; rows follow the stored
 * verdicts; the pool no longer points at the sweep.
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
 * Returns a sentence for each row that a sweep should have written and did not. It suits pools
 * whose every verdict counts at once (rise and fall 1), while no later sweep has begun.
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
