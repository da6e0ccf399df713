import { MOST_ROWS, ownBatch, VERDICTS } from './recount.ts';
import { type SweepEvidence, verdictsOf } from './sweep-evidence.ts';

/** Yields one sentence for each place where the stored data breaks the rule. */
export type SweepRule = (evidence: SweepEvidence) => Iterable<string>;

/** `rowSweepId` of a row that no sweep has written. */
const NEVER_SWEPT = '0';

/** The rules of verdicts, batches and rows that every ended sweep keeps. */
export const SWEEP_RULES: readonly SweepRule[] = [
  function* sweepHasEnded({ sweep, pool, batches, ledger }) {
    const missing = batches.filter((bits) => !ledger.has(bits));
    if (sweep.state === 'running') yield 'the sweep has not ended';
    if (sweep.state === 'complete' && missing.length > 0)
      yield `the sweep is complete without ${missing.join(', ')}`;
    if (pool?.runningSweepId === sweep.sweepId) yield 'the pool still points at the sweep';
  },

  function* verdictsAreKnown({ results }) {
    const known: readonly string[] = VERDICTS;
    for (const [id, { status }] of verdictsOf(results))
      if (!known.includes(status)) yield `${id} has the verdict ${status}`;
  },

  function* everyProxyHasOneVerdict(evidence) {
    const { sweep, results, ledger } = evidence;
    const counted = new Set<string>();
    for (const [id, , bits] of verdictsOf(results)) {
      if (counted.has(id)) yield `${id} is counted twice`;
      if (ownBatch(id, sweep.bitCount) !== bits) yield `${id} is in batch ${bits}, not its own`;
      counted.add(id);
    }
    for (const id of lostOf(evidence)) {
      // What a missing batch lacks is one violation of its own.
      if (ledger.has(ownBatch(id, sweep.bitCount))) yield `${id} has no verdict`;
    }
  },

  function* noOtherProxyAppears({ results, expected }) {
    const known = new Set([...expected.proxyIds, ...(expected.passing ?? [])]);
    for (const [id] of verdictsOf(results)) if (!known.has(id)) yield `${id} is not of the pool`;
  },

  function* noBatchIsMissingWithoutACause({ sweep, batches, ledger, expected }) {
    const { causes = {}, proxyIds } = expected;
    for (const bits of batches.filter((each) => !ledger.has(each) && !(each in causes))) {
      const without = proxyIds.filter((id) => ownBatch(id, sweep.bitCount) === bits).length;
      yield `batch ${bits} is missing without a cause: ${without} proxies were not counted`;
    }
    for (const bits of Object.keys(causes))
      if (ledger.has(bits)) yield `batch ${bits} is not missing, though a cause is named for it`;
  },

  function* missingBatchesAreNamed({ sweep, batches, ledger }) {
    const named = new Set(sweep.missingBatches);
    for (const bits of batches)
      if (!ledger.has(bits) && !named.has(bits)) yield `batch ${bits} is missing and not named`;
    for (const bits of named)
      if (!batches.includes(bits)) yield `${bits} is named as missing and is no batch of the sweep`;
    const late = [...named].filter((bits) => ledger.has(bits)).length;
    if (late !== (sweep.lateBatches ?? 0))
      yield `${late} batches came late, of which the summary knows ${sweep.lateBatches ?? 0}`;
  },

  function* skippedProxiesKeepTheirLastResult({ sweep, results, earlier }) {
    for (const [id, result, bits] of verdictsOf(results)) {
      if (result.skipped !== true) continue;
      if (sweep.trigger !== 'schedule') yield `${id} was skipped by a sweep by hand`;
      const before = earlier.get(bits);
      const known = before?.results.get(id);
      const same = ['status', 'latencyMs', 'failure', 'statusCode', 'blame'] as const;
      const isOff = known && same.some((field) => known[field] !== result[field]);
      const when = (batch: { readonly startedAt: string } | undefined, offsetMs = 0): number =>
        Date.parse(batch?.startedAt ?? '') + offsetMs;
      const isLater = when(results.get(bits), result.offsetMs) !== when(before, known?.offsetMs);
      if (known && (isOff || isLater)) yield `${id} was skipped and lost what was last found`;
    }
  },

  function* rowsFollowTheStoredVerdicts({ sweep, pool, rows, results }) {
    const probed = [...verdictsOf(results)].filter(([, { skipped }]) => skipped !== true);
    const found = new Map(probed.map(([id, { status }]) => [id, status]));
    for (const { proxy, rowSweepId, status, statusSweepId } of rows) {
      const verdict = found.get(proxy.id);
      if (rowSweepId !== NEVER_SWEPT && rowSweepId > (pool?.lastSweepId ?? rowSweepId))
        yield `the row of ${proxy.id} was written by a sweep the pool has not had`;
      if (rowSweepId === sweep.sweepId && (!verdict || verdict === 'inconclusive'))
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

/**
 * The proxies whose verdict is lost: those that were there throughout, and whose batch has no
 * result that counts them. A full batch that says it is truncated names the cause itself.
 */
export function lostOf({ sweep, results, ledger, expected }: SweepEvidence): readonly string[] {
  const { causes = {}, proxyIds } = expected;
  return proxyIds.filter((id) => {
    const bits = ownBatch(id, sweep.bitCount);
    const batch = results.get(bits);
    if (!ledger.has(bits)) return !(bits in causes);
    const isCutShort = batch?.truncated === true && batch.results.size === MOST_ROWS;
    return !batch?.results.has(id) && !isCutShort;
  });
}
