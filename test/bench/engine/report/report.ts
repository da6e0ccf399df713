import { Route } from '../job.ts';
import type { TaskResult } from '../run-task.ts';
import { USUAL_IN_FLIGHT } from '../scenarios.ts';
import { SubjectName } from '../subjects.ts';
import { type Measured, medianOf, memoryPerProbeKb, runsOf } from './figures.ts';
import type { AssessedTarget } from './targets.ts';

/** Rows of cells, the first of them the heading. */
export type Table = readonly (readonly string[])[];

/** One run in one line, to show progress. */
export function describeRun(result: TaskResult): string {
  if ('fault' in result) return `failed: ${result.fault}`;
  const { cpuMsPerCheck, checksPerSecond, latencyErrorMs, peakRssKb } = result.measurement;
  const error = latencyErrorMs
    ? `, latency error ${latencyErrorMs.p50.toFixed(1)} / ${latencyErrorMs.p99.toFixed(1)} ms`
    : '';
  return (
    `${cpuMsPerCheck.toFixed(3)} ms CPU a check, ${checksPerSecond.toFixed(0)} checks/s` +
    `${error}, ${(peakRssKb / 1024).toFixed(0)} MB`
  );
}

/** Every target with its figure. */
export function targetTable(assessed: readonly AssessedTarget[]): Table {
  const rows = assessed.map(({ target, figure, outcome }) => [
    target.name,
    figure === undefined ? '–' : formatFigure(figure),
    `${target.atLeast ? '≥' : '≤'} ${target.limit}`,
    target.unit,
    target.goal ? 'goal' : 'must hold',
    outcome,
  ]);
  return [['target', 'figure', 'limit', 'unit', 'kind', 'outcome'], ...rows];
}

/** What each subject took, with a row for each route, level and subject. */
export function subjectTable(measured: Measured): Table {
  const heading = [
    ...['route', 'in flight', 'subject', 'CPU ms/check', 'min–max', 'checks/s and core'],
    ...['checks/s', 'error p50 ms', 'error p99 ms', 'peak MB', 'KB/probe in flight', 'rounds'],
  ];
  return [heading, ...keysOf(measured).map((key) => subjectRow(measured, key))];
}

type Key = { readonly route: Route; readonly inFlight: number; readonly subject: SubjectName };

/** The keys of what was measured outside the memory runs, route by route, level by level. */
function keysOf({ runs }: Measured): readonly Key[] {
  const levels = [...new Set(runs.map(({ inFlight }) => inFlight))].toSorted((a, b) => a - b);
  return Object.values(Route).flatMap((route) =>
    levels.flatMap((inFlight) =>
      Object.values(SubjectName).flatMap((subject) => {
        const key = { route, inFlight, subject };
        return runsOf({ runs, growth: null }, key).length > 0 ? key : [];
      }),
    ),
  );
}

function subjectRow(measured: Measured, key: Key): readonly string[] {
  const runs = runsOf(measured, key);
  const cpus = runs.map((run) => run.cpuMsPerCheck);
  const cell = (pick: Parameters<typeof medianOf>[2], digits: number) =>
    medianOf(measured, key, pick)?.toFixed(digits) ?? '–';
  const memory = memoryPerProbeKb(measured, key.route, key.subject);
  const isUsual = key.inFlight === USUAL_IN_FLIGHT;
  return [
    ...[key.route, String(key.inFlight), key.subject],
    cell((run) => run.cpuMsPerCheck, 3),
    `${Math.min(...cpus).toFixed(3)}–${Math.max(...cpus).toFixed(3)}`,
    cell((run) => run.checksPerSecondAndCore, 0),
    cell((run) => run.checksPerSecond, 0),
    cell((run) => run.latencyErrorMs?.p50, 1),
    cell((run) => run.latencyErrorMs?.p99, 1),
    cell((run) => run.peakRssKb / 1024, 0),
    isUsual && memory !== undefined ? memory.toFixed(1) : '',
    String(runs.length),
  ];
}

function formatFigure(figure: number): string {
  return Number.isInteger(figure) ? String(figure) : figure.toPrecision(3);
}

/** Formats a table in columns, for a terminal. */
export function formatText(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${table.map(line).join('\n')}\n`;
}

/** Formats a table as Markdown. */
export function formatMarkdown([heading = [], ...rows]: Table): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |\n`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('');
}
