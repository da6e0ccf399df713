import { isDeepStrictEqual } from 'node:util';
import { Verdict } from '../../../src/health/health-check-result.ts';
import { batchesOf, batchOf } from '../../../src/model/batch-range.ts';
import { NO_SWEEP_ID } from '../../../src/model/proxy-row.ts';
import { SweepState } from '../../../src/model/sweep.ts';
import { countBatch, sumCounts } from '../../../src/sweeps/record/batch-counts.ts';
import type { SweepEvidence } from './sweep-evidence.ts';

/** Yields one sentence for each place where the stored data breaks the rule. */
export type SweepRule = (evidence: SweepEvidence) => Iterable<string>;

const VERDICTS = new Set<string>(Object.values(Verdict));
const EMPTY = { results: new Map(), bytes: 0 };

/** The rules that make up "nothing lost, nothing counted twice" for an ended sweep. */
export const SWEEP_RULES: readonly SweepRule[] = [
  function* sweepHasEnded({ sweep, pool, ledger }) {
    const missing = [...batchesOf(sweep.bitCount)].filter((bits) => !ledger.has(bits));
    if (sweep.state === SweepState.running) yield 'the sweep has not ended';
    if (sweep.state === SweepState.complete && missing.length > 0)
      yield `the sweep is complete without ${missing.join(', ')}`;
    if (pool?.runningSweepId === sweep.sweepId) yield 'the pool still points at the sweep';
  },

  function* verdictsAreKnown({ results }) {
    for (const [id, { status }] of verdicts(results))
      if (!VERDICTS.has(status)) yield `${id} has the verdict ${status}`;
  },

  function* everyProxyHasOneVerdict({ sweep, results, expected }) {
    const counted = new Set<string>();
    for (const [id, , bits] of verdicts(results)) {
      if (counted.has(id)) yield `${id} is counted twice`;
      if (batchOf(id, sweep.bitCount) !== bits) yield `${id} is in batch ${bits}, not its own`;
      counted.add(id);
    }
    const missing = new Set(sweep.missingBatches);
    for (const id of expected.proxyIds) {
      const accounted = counted.has(id) || missing.has(batchOf(id, sweep.bitCount));
      if (!accounted) yield `${id} has no verdict, and no missing batch is named for it`;
    }
  },

  function* noOtherProxyAppears({ results, expected }) {
    const known = new Set([...expected.proxyIds, ...(expected.passing ?? [])]);
    for (const [id] of verdicts(results)) if (!known.has(id)) yield `${id} is not of the pool`;
  },

  function* ledgerEqualsRecount({ sweep, ledger, results }) {
    const batches = new Set(batchesOf(sweep.bitCount));
    for (const [bits, entry] of ledger) {
      if (!batches.has(bits)) yield `the ledger has ${bits}, which is no batch of the sweep`;
      if (!isDeepStrictEqual(entry, countBatch(results.get(bits) ?? EMPTY)))
        yield `the ledger of batch ${bits} is not the count of its result`;
    }
  },

  function* totalsEqualTheLedger({ sweep, ledger }) {
    if (!isDeepStrictEqual(sweep.totals, sumCounts(ledger.values())))
      yield 'the totals are not the sum of the ledger';
  },

  function* missingBatchesAreNamed({ sweep, ledger }) {
    const named = new Set(sweep.missingBatches);
    for (const bits of batchesOf(sweep.bitCount))
      if (!ledger.has(bits) && !named.has(bits)) yield `batch ${bits} is missing and not named`;
    const late = [...named].filter((bits) => ledger.has(bits)).length;
    if (late !== (sweep.lateBatches ?? 0))
      yield `${late} batches came late, of which the summary knows ${sweep.lateBatches ?? 0}`;
  },

  function* rowsFollowTheStoredVerdicts({ sweep, pool, rows, results }) {
    const found = new Map([...verdicts(results)].map(([id, { status }]) => [id, status]));
    for (const { proxy, rowSweepId, status, statusSweepId } of rows) {
      const verdict = found.get(proxy.id);
      if (rowSweepId !== NO_SWEEP_ID && rowSweepId > (pool?.lastSweepId ?? rowSweepId))
        yield `the row of ${proxy.id} was written by a sweep the pool has not had`;
      if (rowSweepId === sweep.sweepId && (!verdict || verdict === Verdict.inconclusive))
        yield `the row of ${proxy.id} was written for no conclusive verdict`;
      if (statusSweepId === sweep.sweepId && status !== verdict)
        yield `the row of ${proxy.id} is ${status}, its verdict is ${verdict}`;
    }
  },

  function* acknowledgedBatchesAreDurable({ results, ledger, expected }) {
    for (const bits of expected.acknowledged ?? [])
      if (!results.has(bits) || !ledger.has(bits))
        yield `batch ${bits} was acknowledged before it was stored`;
  },
];

function* verdicts(results: SweepEvidence['results']) {
  for (const [bits, batch] of results)
    for (const [id, result] of batch.results) yield [id, result, bits] as const;
}
