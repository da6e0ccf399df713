import { Outcome } from '../engine/report/targets.ts';
import type { Measurement } from './measure.ts';
import { LIGHTHOUSE } from './subjects.ts';

/** A figure that `lighthouse check` has to reach. */
interface Limit {
  readonly row: string;
  readonly what: string;
  /** The most that it may be. */
  readonly atMost: number;
  /** A goal may be missed. */
  readonly goal?: true;
  /** Undefined when it was not measured. */
  figure(measured: readonly Measurement[]): number | undefined;
}

export interface AssessedLimit {
  readonly limit: Limit;
  readonly figure: number | undefined;
  readonly outcome: Outcome;
}

const PLAIN_GO = 'Go, plain net/http';

/** Assesses every limit. */
export function assessLimits(measured: readonly Measurement[]): readonly AssessedLimit[] {
  return LIMITS.map((limit) => {
    const figure = limit.figure(measured);
    if (figure === undefined) return { limit, figure, outcome: Outcome.notMeasured };
    return { limit, figure, outcome: figure <= limit.atMost ? Outcome.pass : Outcome.miss };
  });
}

/** The middle of a subject's figures on a row; undefined when there are none. */
export function medianOf(
  measured: readonly Measurement[],
  { row, subject }: { readonly row: string; readonly subject: string },
  pick: (run: Measurement) => number | undefined,
): number | undefined {
  const figures = measured
    .filter((run) => run.row === row && run.subject === subject)
    .flatMap((run) => pick(run) ?? [])
    .toSorted((a, b) => a - b);
  return figures[Math.floor((figures.length - 1) / 2)];
}

const own = (row: string, pick: (run: Measurement) => number | undefined) => ({
  row,
  figure: (measured: readonly Measurement[]) =>
    medianOf(measured, { row, subject: LIGHTHOUSE.name }, pick),
});

/** CPU time beside the plain Go checker's, both medians of rounds that take turns. */
function ratio(row: string, must: number, goal: number): Limit[] {
  const figure = (measured: readonly Measurement[]) => {
    const cpu = (subject: string) => medianOf(measured, { row, subject }, (run) => run.cpuSeconds);
    const [ours, theirs] = [cpu(LIGHTHOUSE.name), cpu(PLAIN_GO)];
    return ours === undefined || theirs === undefined ? undefined : ours / theirs;
  };
  const what = 'CPU, × plain Go';
  return [
    { row, what, atMost: must, figure },
    { row, what, atMost: goal, goal: true, figure },
  ];
}

const LIMITS: readonly Limit[] = [
  { what: 'CPU, s', atMost: 0.45, ...own('start-up, 1 line', (run) => run.cpuSeconds) },
  { what: 'CPU, s', atMost: 0.25, goal: true, ...own('start-up, 1 line', (run) => run.cpuSeconds) },
  ...ratio('http: target', 1.4, 1),
  ...ratio('https: target', 1.5, 1.2),
  ...ratio('SOCKS5', 1.6, 1),
  ...ratio('refused', 1.4, 1),
  { what: 'peak, MB', atMost: 120, ...own('memory, 100,000 lines', (run) => run.peakMb) },
  { what: 'latency error p50, ms', atMost: 3, ...own('http:, 50 ms', (run) => run.error?.p50) },
  { what: 'latency error p99, ms', atMost: 15, ...own('http:, 50 ms', (run) => run.error?.p99) },
  { what: 'latency error p50, ms', atMost: 5, ...own('https:, 50 ms', (run) => run.error?.p50) },
  { what: 'latency error p99, ms', atMost: 25, ...own('https:, 50 ms', (run) => run.error?.p99) },
  {
    what: 'healthy proxies called dead',
    atMost: 0,
    ...own('a tenth of a CPU', (run) => 1000 - run.healthy),
  },
  { what: 'healthy proxies over 2 s', atMost: 0, ...own('a tenth of a CPU', (run) => run.over2s) },
];
