import { paint } from '../terminal.ts';
import type { ControlSummary, LatencySummary, RunSummary } from './run-summary.ts';

/** The summary for people: a few labelled lines, each present only when it says something. */
export function formatSummary(summary: RunSummary, colour: boolean): string {
  const rows: [label: string, text: string][] = [
    ['target', summary.targetUrl ?? ''],
    ['list', formatList(summary)],
    ['checked', `${count(summary.checked)}: ${formatStatuses(summary.statuses, colour)}`],
    ['failures', formatFailures(summary.failures)],
    ['latency', formatLatency(summary.latencyMs)],
    ['control', formatControl(summary.control)],
    ['pacing', formatPacing(summary)],
    ['times', formatTimes(summary)],
    ['sweep', summary.sweepId ?? ''],
  ];
  const note = paint('interrupted before the end', 'yellow', colour);
  return `${formatRows(rows)}${summary.interrupted ? `${note}\n` : ''}`;
}

/** One line for each label whose text is not empty. */
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

/** How many proxies have which verdict, coloured. */
export function formatStatuses(statuses: RunSummary['statuses'], colour: boolean): string {
  const { active, slow, inactive, inconclusive } = statuses;
  return (
    `${paint(`${count(active)} active`, 'green', colour)}, ` +
    `${paint(`${count(slow)} slow`, 'yellow', colour)}, ` +
    `${paint(`${count(inactive)} inactive`, 'red', colour)}, ` +
    `${paint(`${count(inconclusive)} inconclusive`, 'cyan', colour)}`
  );
}

/** `refused 3 (proxy), timeout 1 (proxy)`. */
export function formatFailures(failures: RunSummary['failures']): string {
  return failures.map(({ code, blame, count: n }) => `${code} ${count(n)} (${blame})`).join(', ');
}

/** The percentiles, or an empty text when nothing was healthy. */
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
    `the target did not answer directly in ${failed} of ${probes} probes` +
    `${failure ? ` (${failure})` : ''}; what was found around them is inconclusive` +
    ' (--no-control if only proxies reach it)'
  );
}

function formatPacing({ pacing, elapsedMs }: RunSummary): string {
  if (!pacing) return '';
  return (
    `${formatSeconds(elapsedMs)}, ${count(Math.round(pacing.startRatePerSecond))} starts/s, ` +
    `event loop ${Math.round(pacing.eventLoopUtilization * 100)} % busy, ` +
    `at most ${count(pacing.concurrency)} in flight`
  );
}

function formatTimes({ times }: RunSummary): string {
  if (!times) return '';
  return (
    `start-up ${formatSeconds(times.startUpMs)}, import ${formatSeconds(times.importMs)}, ` +
    `probing ${formatSeconds(times.probingMs)}, read-back ${formatSeconds(times.readBackMs)}`
  );
}

/** `1.25 s`, or minutes from two minutes on. */
export function formatSeconds(milliseconds: number): string {
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
