import { isDeepStrictEqual } from 'node:util';
import { type Recount, recount, sumOf, VERDICTS } from './recount.ts';
import { type SentEvent, type SweepEvidence, verdictsOf } from './sweep-evidence.ts';
import type { SweepRule } from './sweep-rules.ts';

/** The rules of what was counted, each number derived again from the stored results. */
export const COUNT_RULES: readonly SweepRule[] = [
  function* ledgerEqualsRecount({ batches, ledger, results }) {
    for (const [bits, entry] of ledger) {
      if (!batches.includes(bits)) yield `the ledger has ${bits}, which is no batch of the sweep`;
      if (!isDeepStrictEqual(entry, recount(results.get(bits))))
        yield `the ledger of batch ${bits} is not the count of its result`;
    }
  },

  function* totalsEqualRecount({ sweep, ledger, results }) {
    const counted = sumOf([...ledger.keys()].map((bits) => recount(results.get(bits))));
    if (sweep.state !== 'running' && !isDeepStrictEqual(sweep.totals, counted))
      yield 'the totals are not the count of the results';
  },

  function* everyChangeHasAnEvent({ sweep, rows, expected: { events } }) {
    // Work that begins after the deadline sends no event, not even for rows written before it.
    if (!events || (sweep.closedAt ?? '') > sweep.deadlineAt) return;
    const sent = new Set(changesIn(events, sweep.sweepId).map(textOf));
    for (const { proxy, status, previousStatus, statusSweepId } of rows) {
      const isFirst = previousStatus === undefined || previousStatus === 'unknown';
      if (statusSweepId !== sweep.sweepId || isFirst) continue;
      const change = textOf({ proxyId: proxy.id, previousStatus, status });
      if (!sent.has(change)) yield `no event says that ${change}`;
    }
  },

  function* everyEventHasAChange({ sweep, rows, results, expected: { events = [] } }) {
    const verdicts = new Map([...verdictsOf(results)].map(([id, { status }]) => [id, status]));
    const rowOf = new Map(rows.map((row) => [row.proxy.id, row]));
    const told = new Map<string, string>();
    for (const change of changesIn(events, sweep.sweepId)) {
      const { proxyId, previousStatus, status, statusSince } = change;
      const text = textOf(change);
      if ((told.get(proxyId) ?? text) !== text) yield `events contradict each other about ${text}`;
      told.set(proxyId, text);
      if (verdicts.get(proxyId) !== status || previousStatus === status)
        yield `an event says that ${text}, its verdict is ${verdicts.get(proxyId)}`;
      const row = rowOf.get(proxyId);
      const isNewest = row && row.rowSweepId <= sweep.sweepId && row.statusSince < statusSince;
      if (isNewest && row.statusSweepId !== sweep.sweepId)
        yield `an event says that ${text}, and its row does not`;
    }
  },

  function* theEndHasAnEvent({ sweep, ledger, results, expected: { events } }) {
    if (!events || sweep.state === 'running') return;
    const ends = events.filter(({ type }) => type === 'Sweep Finished').map(detailOf);
    const own = ends.filter(({ sweepId }) => sweepId === sweep.sweepId);
    if (own.length === 0) yield 'no event says that the sweep has finished';
    const missing = new Set(sweep.missingBatches);
    const all = sumOf([...ledger.keys()].map((bits) => recount(results.get(bits))));
    const inTime = [...ledger.keys()].filter((bits) => !missing.has(bits));
    const least = sumOf(inTime.map((bits) => recount(results.get(bits))));
    for (const { totals, batches } of own) {
      if (batches?.missing !== missing.size) yield 'the event of the end lacks other batches';
      // A batch that came after the close may be in the event, when it was sent once more.
      const isOff = (verdict: (typeof VERDICTS)[number]): boolean =>
        !totals || totals[verdict] < least[verdict] || totals[verdict] > all[verdict];
      if (VERDICTS.some(isOff)) yield 'the event of the end has other totals';
    }
  },
];

/** What the events say, as far as the auditor looks at it. */
interface Told {
  readonly sweepId?: string;
  readonly proxyId?: string;
  readonly previousStatus?: string;
  readonly status?: string;
  readonly statusSince?: string;
  readonly totals?: Pick<Recount, (typeof VERDICTS)[number]>;
  readonly batches?: { readonly missing: number };
}

interface Change {
  readonly proxyId: string;
  readonly previousStatus: string;
  readonly status: string;
  readonly statusSince: string;
}

function detailOf({ detail }: SentEvent): Told {
  return detail;
}

function changesIn(events: readonly SentEvent[], sweepId: string): readonly Change[] {
  return events
    .filter(({ type }) => type === 'Proxy Status Changed')
    .map(detailOf)
    .filter((told) => told.sweepId === sweepId)
    .map(({ proxyId = '', previousStatus = '', status = '', statusSince = '' }) => ({
      proxyId,
      previousStatus,
      status,
      statusSince,
    }));
}

function textOf({ proxyId, previousStatus, status }: Omit<Change, 'statusSince'>): string {
  return `${proxyId} went from ${previousStatus} to ${status}`;
}

/** How many verdicts of a sweep are stored and in the ledger. */
export function countVerdicts({ ledger, results }: SweepEvidence): number {
  return [...ledger.keys()].reduce((sum, bits) => sum + (results.get(bits)?.results.size ?? 0), 0);
}
