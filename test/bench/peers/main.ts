/**
 * The bench of peers, `npm run bench:peers`: what checking a list costs a user, start-up included,
 * beside what he would run instead. docs/performance.md tells what is measured and how.
 */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { startTarget } from '../../../src/local/fleet/index.ts';
import { describeMachine } from '../engine/report/machine.ts';
import { formatMarkdown, formatText, type Table } from '../engine/report/report.ts';
import { Outcome } from '../engine/report/targets.ts';
import { hasCompiler } from '../engine/toolchain.ts';
import { openWorkbench } from '../engine/workbench.ts';
import { type AssessedLimit, assessLimits, medianOf } from './limits.ts';
import { type Measurement, measure } from './measure.ts';
import { ROWS, type Row, SINGLE_ROWS } from './rows.ts';
import { buildGo, CURL, hasGo, LIGHTHOUSE, type Subject } from './subjects.ts';

interface Options {
  readonly rounds: string;
  readonly rows?: string;
  readonly json?: string;
  readonly markdown?: string;
}

/** No new round begins after this time, so that the bench ends within ten minutes. */
const LAST_ROUND_MS = 5 * 60_000;

const options = new Command('npm run bench:peers --')
  .description('Measures lighthouse check beside checkers in Go and curl.')
  .option('--rounds <count>', 'rounds in which the subjects take turns', '3')
  .option('--rows <text>', 'only rows whose name holds this text')
  .option('--json <file>', 'write the figures as JSON')
  .option('--markdown <file>', 'write the tables as Markdown')
  .parse()
  .opts<Options>();
const say = (line: string) => process.stderr.write(`${line}\n`);

if (await hasCompiler()) {
  process.exitCode = await bench();
} else {
  say('the bench needs g++ and the headers of OpenSSL (apt install g++ libssl-dev)');
  process.exitCode = 1;
}

async function bench(): Promise<number> {
  const before = describeMachine();
  const subjects = [LIGHTHOUSE, ...(await goSubjects()), CURL];
  const measured = await run(subjects);
  const assessed = assessLimits(measured);
  const tables = [limitTable(assessed), figureTable(measured, subjects), subjectTable(subjects)];
  process.stdout.write(`\n${tables.map(formatText).join('\n')}`);
  const machine = { before, after: describeMachine() };
  if (options.json) {
    writeFileSync(options.json, `${JSON.stringify({ machine, measured }, null, 1)}\n`);
  }
  if (options.markdown) writeFileSync(options.markdown, tables.map(formatMarkdown).join('\n'));
  return assessed.some(({ limit, outcome }) => !limit.goal && outcome === Outcome.miss) ? 1 : 0;
}

async function goSubjects(): Promise<readonly Subject[]> {
  if (await hasGo()) return Promise.all([buildGo('plain'), buildGo('tuned')]);
  say('not measured: Go is not installed');
  return [];
}

async function run(subjects: readonly Subject[]): Promise<readonly Measurement[]> {
  const startedAt = performance.now();
  const measured: Measurement[] = [];
  await using bench = await openWorkbench();
  const [http, https] = await Promise.all([startTarget(), startTarget({ tls: bench.certificate })]);
  const targetOf = ({ route }: Row) => (route === 'https' ? https : http).url;
  const isWanted = ({ name }: Row) => name.includes(options.rows ?? '');
  try {
    for (let round = 1; round <= Number(options.rounds); round += 1) {
      if (performance.now() - startedAt > LAST_ROUND_MS) break;
      const rows = round === 1 ? [...ROWS, ...SINGLE_ROWS] : ROWS;
      for (const row of rows.filter(isWanted)) {
        for (const subject of subjects) {
          const result = await measure(subject, row, { bench, target: targetOf(row) });
          say(`${round}  ${row.name.padEnd(24)} ${subject.name.padEnd(24)} ${describe(result)}`);
          measured.push(result);
        }
      }
    }
  } finally {
    await Promise.all([http.close(), https.close()]);
  }
  return measured;
}

function describe({ cpuSeconds, wallSeconds, peakMb, error, healthy }: Measurement): string {
  const honest = error ? `, error ${error.p50.toFixed(1)} / ${error.p99.toFixed(1)} ms` : '';
  const cost = `${cpuSeconds.toFixed(2)} s CPU, ${wallSeconds.toFixed(2)} s`;
  return `${cost}, ${peakMb.toFixed(0)} MB, ${healthy} healthy${honest}`;
}

function limitTable(assessed: readonly AssessedLimit[]): Table {
  const rows = assessed.map(({ limit: { row, what, atMost, goal }, figure, outcome }) => [
    ...[row, what, figure?.toFixed(2) ?? '–', `≤ ${atMost}`],
    ...[goal ? 'goal' : 'must hold', outcome],
  ]);
  return [['row', 'figure of lighthouse check', 'figure', 'limit', 'kind', 'outcome'], ...rows];
}

function figureTable(measured: readonly Measurement[], subjects: readonly Subject[]): Table {
  const rows = [...ROWS, ...SINGLE_ROWS].flatMap(({ name: row, lines }) =>
    subjects.flatMap(({ name: subject }) => {
      const cell = (pick: (run: Measurement) => number | undefined, digits: number) =>
        medianOf(measured, { row, subject }, pick)?.toFixed(digits) ?? '–';
      if (!measured.some((run) => run.row === row && run.subject === subject)) return [];
      return [
        [
          ...[row, subject, String(lines)],
          ...[cell((run) => run.cpuSeconds, 2), cell((run) => run.wallSeconds, 2)],
          ...[cell((run) => run.peakMb, 0), cell((run) => run.healthy, 0)],
          ...[cell((run) => run.error?.p50, 1), cell((run) => run.error?.p99, 1)],
          cell((run) => run.over2s, 0),
        ],
      ];
    }),
  );
  const heading = ['row', 'subject', 'lines', 'CPU s', 'wall s', 'peak MB', 'healthy'];
  return [[...heading, 'error p50 ms', 'error p99 ms', 'over 2 s'], ...rows];
}

function subjectTable(subjects: readonly Subject[]): Table {
  return [['subject', 'verifies'], ...subjects.map(({ name, verifies }) => [name, verifies])];
}
