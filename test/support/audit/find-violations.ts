import type { Storage } from '../../../src/storage/storage.ts';
import { COUNT_RULES, countVerdicts } from './count-rules.ts';
import { type AuditExpectation, gatherEvidence } from './sweep-evidence.ts';
import { lostOf, SWEEP_RULES } from './sweep-rules.ts';

/** What an audit of a sweep has found. */
export interface Audit {
  /** One sentence for each thing that was lost, counted twice or contradicts another. */
  readonly violations: readonly string[];
  /** The verdicts that are stored and in the ledger. */
  readonly verdicts: number;
  /** The proxies whose verdict is missing without a named cause. */
  readonly lost: number;
}

/**
 * Recounts an ended sweep from the stored items alone: every proxy has one verdict in its own
 * batch; no batch is missing without a cause that the test names; the ledger and the totals equal
 * the recount; no other proxy appears; rows follow the stored verdicts, and events the rows; the
 * pool no longer points at the sweep.
 */
export async function audit(
  storage: Storage,
  sweepId: string,
  expected: AuditExpectation,
): Promise<Audit> {
  const evidence = await gatherEvidence(storage, sweepId, expected);
  if (!evidence) {
    const violations = [`sweep ${sweepId} is not there`];
    return { violations, verdicts: 0, lost: expected.proxyIds.length };
  }
  return {
    violations: [...SWEEP_RULES, ...COUNT_RULES].flatMap((rule) => [...rule(evidence)]),
    verdicts: countVerdicts(evidence),
    lost: lostOf(evidence).length,
  };
}

/** The violations that an audit finds. */
export async function findViolations(
  storage: Storage,
  sweepId: string,
  expected: AuditExpectation,
): Promise<readonly string[]> {
  return (await audit(storage, sweepId, expected)).violations;
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
