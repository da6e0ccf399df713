import { Blame } from '../../health/failure.ts';
import { Verdict } from '../../health/health-check-result.ts';
import { type Colour, paint } from '../terminal.ts';
import type { ControlSummary, LatencySummary, RunSummary } from './run-summary.ts';

/** The colour of each verdict. */
export const VERDICT_COLOURS: Readonly<Record<Verdict, Colour>> = {
  active: 'green',
  slow: 'yellow',
  inactive: 'red',
  inconclusive: 'cyan',
};

/** Formats a summary for people: labelled lines, without the empty ones. */
export function formatSummary(summary: RunSummary, colour: boolean): string {
  const rows: [label: string, text: string][] = [
    ['target', summary.targetUrl ?? ''],
    ['list', formatList(summary)],
    ['checked', `${count(summary.checked)}: ${formatStatuses(summary.statuses, colour)}`],
    ['skipped', formatSkipped(summary)],
    ['failures', formatFailures(summary.failures)],
    ['latency', formatLatency(summary.latencyMs)],
    ['control', formatControl(summary.control)],
    ['pacing', formatPacing(summary)],
    ['times', formatTimes(summary)],
    ['sweep', summary.sweepId ?? ''],
  ];
  const note = paint(`interrupted before the end${formatUnconfirmed(summary)}`, 'yellow', colour);
  return `${formatRows(rows)}${summary.interrupted ? `${note}\n` : ''}`;
}

function formatUnconfirmed({ failures }: RunSummary): string {
  const unconfirmed = failures
    .filter(({ blame }) => blame === Blame.unconfirmed)
    .reduce((sum, failure) => sum + failure.count, 0);
  if (unconfirmed === 0) return '';
  return `; ${count(unconfirmed)} failures are unconfirmed, since the target was not asked after them`;
}

/** Formats one line per label; leaves out those without text. */
export function formatRows(rows: readonly (readonly [label: string, text: string])[]): string {
  return rows.map(([label, text]) => (text ? `${label.padEnd(10)}${text}\n` : '')).join('');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function formatList({ list }: RunSummary): string {
  if (!list) return '';
  const { read, accepted, duplicate, skipped, rejected } = list;
  return (
    `${count(read)} read: ${count(accepted)} accepted, ${count(duplicate)} duplicate, ` +
    `${count(skipped)} skipped, ${count(rejected)} rejected`
  );
}

function formatSkipped({ skipped }: RunSummary): string {
  return skipped ? `${count(skipped)} of them, shown with their last verdict` : '';
}

/** How many proxies have each verdict, and how many a sweep did not probe. */
interface SweepStatuses extends Readonly<Record<Verdict, number>> {
  readonly skipped?: number | undefined;
}

/** Formats how many proxies have each verdict. */
export function formatStatuses(statuses: SweepStatuses, colour: boolean): string {
  const verdicts = Object.values(Verdict).map((name) =>
    paint(`${count(statuses[name])} ${name}`, VERDICT_COLOURS[name], colour),
  );
  const { skipped = 0 } = statuses;
  return [...verdicts, ...(skipped > 0 ? [`${count(skipped)} skipped`] : [])].join(', ');
}

/** Lists how many proxies have each verdict, as plain numbers. */
export function listStatuses(statuses: SweepStatuses, separator: string): string {
  const verdicts = Object.values(Verdict).map((name) => `${statuses[name]} ${name}`);
  const { skipped = 0 } = statuses;
  return [...verdicts, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(separator);
}

/** Formats failures as `refused 3 (proxy), timeout 1 (proxy)`. */
export function formatFailures(failures: RunSummary['failures']): string {
  return failures.map(({ code, blame, count: n }) => `${code} ${count(n)} (${blame})`).join(', ');
}

/** Formats the percentiles; empty when no result was healthy. */
export function formatLatency({ p50, p95, p99 }: LatencySummary): string {
  if (p50 === null || p95 === null || p99 === null) return '';
  return `p50 ${Math.round(p50)} ms, p95 ${Math.round(p95)} ms, p99 ${Math.round(p99)} ms`;
}

function formatControl(control: ControlSummary | null | undefined): string {
  if (control === undefined) return '';
  if (control === null) return 'off';
  const { probes, failed, first, last } = control;
  if (probes === 0) return '';
  if (failed === 0) return `the target answers directly (${probes} of ${probes} probes)`;
  const failure = first?.failure ?? last?.failure;
  return (
    `asking the target directly failed in ${failed} of ${probes} probes` +
    `${failure ? ` (${failure})` : ''}; failures beside them are inconclusive` +
    ' (--no-control if only proxies reach it)'
  );
}

function formatPacing({ pacing, elapsedMs }: RunSummary): string {
  if (!pacing) return '';
  return (
    `${formatSeconds(elapsedMs)}, ${count(Math.round(pacing.startRatePerSecond))} starts/s, ` +
    `event loop ${Math.round(pacing.eventLoopUtilization * 100)} % busy, ` +
    `at most ${count(pacing.concurrency)} in flight` +
    `${pacing.threads > 1 ? `, ${pacing.threads} threads` : ''}`
  );
}

function formatTimes({ times }: RunSummary): string {
  if (!times) return '';
  return (
    `start-up ${formatSeconds(times.startUpMs)}, import ${formatSeconds(times.importMs)}, ` +
    `probing ${formatSeconds(times.probingMs)}, read-back ${formatSeconds(times.readBackMs)}`
  );
}

/** Formats a duration as `1.25 s`, or as `2 min 5 s` from two minutes on. */
export function formatSeconds(milliseconds: number): string {
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
