import type { BatchResult, StoredResult } from '../../../src/model/batch-result.ts';
import type { LeaseFigures } from '../../../src/model/lease-figures.ts';

/**
 * The auditor's own arithmetic. It shares no code with the product, so that an error of the
 * product's counting cannot hide itself.
 */

/** What the ledger should say about a batch, or the totals about a sweep. */
export interface Recount {
  readonly active: number;
  readonly slow: number;
  readonly inactive: number;
  readonly inconclusive: number;
  /** Proxies that were not probed, by their last verdict; only where there are any. */
  readonly skipped?: Readonly<Record<CountedVerdict, number>>;
  readonly bytes: number;
  readonly latencyHistogram: readonly number[];
  readonly failures: Readonly<Record<string, number>>;
  /** Only where a batch, or any batch of a sweep, has figures of leases. */
  readonly leasing?: LeaseFigures;
  /** Only where proxies changed, in pools with back-off. */
  readonly changed?: number;
}

/** What a verdict may be. */
export const VERDICTS = ['active', 'slow', 'inactive', 'inconclusive'] as const;
type CountedVerdict = (typeof VERDICTS)[number];

/** The most rows of a batch that are probed; a longer batch says that it is truncated. */
export const MOST_ROWS = 1024;

/** The upper ends of the buckets of healthy latencies, milliseconds; the last has none. */
const BUCKET_ENDS_MS = [5, 10, 18, 32, 56, 100, 180, 320, 560, 1e3, 1800, 3200, 5600, 1e4, 18e3];

/** The names of a sweep's 2^k batches: every text of k bits, or `*` when k is 0. */
export function batchNames(k: number): readonly string[] {
  let names = [''];
  for (let bit = 0; bit < k; bit++) names = names.flatMap((name) => [`${name}0`, `${name}1`]);
  return k === 0 ? ['*'] : names;
}

/** The batch that a proxy belongs to: the first k bits of its id. */
export function ownBatch(proxyId: string, k: number): string {
  const digits = [...proxyId.replaceAll('-', '')].slice(0, Math.ceil(k / 4));
  const bits = digits.map((digit) => BigInt(`0x1${digit}`).toString(2).slice(1)).join('');
  return k === 0 ? '*' : bits.slice(0, k);
}

/** Counts the verdicts of one stored result; no result is no verdict. */
export function recount(batch: BatchResult | undefined): Recount {
  const all: readonly StoredResult[] = batch ? [...batch.results.values()] : [];
  const results = all.filter(({ skipped }) => skipped !== true);
  const left = all.filter(({ skipped }) => skipped === true);
  const number = (verdict: CountedVerdict, among = results): number =>
    among.filter(({ status }) => status === verdict).length;
  const healthy = results.filter(({ status }) => status === 'active' || status === 'slow');
  // Beside a failed control probe, no failure of a proxy decided its verdict.
  const deciding = batch?.control?.ok === false ? [] : results;
  const failures: Record<string, number> = {};
  for (const { failure, blame } of deciding) {
    if (failure === undefined) continue;
    const key = blame === undefined ? failure : `${failure}/${blame}`;
    failures[key] = (failures[key] ?? 0) + 1;
  }
  return {
    active: number('active'),
    slow: number('slow'),
    inactive: number('inactive'),
    inconclusive: number('inconclusive'),
    bytes: batch?.bytes ?? 0,
    latencyHistogram: bucketsOf(healthy.map(({ latencyMs }) => latencyMs)),
    failures,
    ...(left.length > 0 && { skipped: byVerdict((verdict) => number(verdict, left)) }),
    ...(batch?.leasing && { leasing: batch.leasing }),
    ...(batch?.changed !== undefined && { changed: batch.changed }),
  };
}

function byVerdict(of: (verdict: CountedVerdict) => number): Record<CountedVerdict, number> {
  return {
    active: of('active'),
    slow: of('slow'),
    inactive: of('inactive'),
    inconclusive: of('inconclusive'),
  };
}

function bucketsOf(latenciesMs: readonly number[]): readonly number[] {
  const ends = [...BUCKET_ENDS_MS, Number.POSITIVE_INFINITY];
  return ends.map((end, index) => {
    const above = ends[index - 1] ?? Number.NEGATIVE_INFINITY;
    return latenciesMs.filter((latencyMs) => latencyMs > above && latencyMs <= end).length;
  });
}

/** The sum of recounts. */
export function sumOf(recounts: readonly Recount[]): Recount {
  const total = (of: (each: Recount) => number): number =>
    recounts.reduce((sum, each) => sum + of(each), 0);
  const leased = recounts.flatMap(({ leasing }) => leasing ?? []);
  const figure = (of: (each: LeaseFigures) => number): number =>
    leased.reduce((sum, each) => sum + of(each), 0);
  const skippedAs = byVerdict((verdict) => total(({ skipped }) => skipped?.[verdict] ?? 0));
  const changed = total((each) => each.changed ?? 0);
  const codes = new Set(recounts.flatMap(({ failures }) => Object.keys(failures)));
  return {
    active: total((each) => each.active),
    slow: total((each) => each.slow),
    inactive: total((each) => each.inactive),
    inconclusive: total((each) => each.inconclusive),
    bytes: total((each) => each.bytes),
    latencyHistogram: [...BUCKET_ENDS_MS, 0].map((_, bucket) =>
      total((each) => each.latencyHistogram[bucket] ?? 0),
    ),
    failures: Object.fromEntries(
      [...codes].map((code) => [code, total(({ failures }) => failures[code] ?? 0)]),
    ),
    ...(recounts.some(({ skipped }) => skipped) && { skipped: skippedAs }),
    ...(changed > 0 && { changed }),
    ...(leased.length > 0 && {
      leasing: {
        total: figure((each) => each.total),
        active: figure((each) => each.active),
        available: figure((each) => each.available),
        leased: figure((each) => each.leased),
        totalLeases: figure((each) => each.totalLeases),
      },
    }),
  };
}
