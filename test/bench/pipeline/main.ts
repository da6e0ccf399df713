/**
 * The bench of the pipeline, `npm run bench:pipeline`: what a sweep, an import, the results and a
 * lease take beside the probing, and how that grows. docs/performance.md tells what is measured.
 */
import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { describeMachine } from '../engine/report/machine.ts';
import { formatMarkdown, formatText, type Table } from '../engine/report/report.ts';
import { Outcome } from '../engine/report/targets.ts';
import { type BenchStack, startBenchStack } from './bench-stack.ts';
import { type AssessedLimit, assessLimits } from './limits.ts';
import { measureBatch } from './measure-batch.ts';
import { measureFanOut } from './measure-fan-out.ts';
import { measureImport } from './measure-import.ts';
import { measureLeases } from './measure-leases.ts';
import { measureResults } from './measure-results.ts';
import type { Series } from './series.ts';

const PARTS: Readonly<Record<string, (stack: BenchStack) => Promise<Series>>> = {
  'fan-out': measureFanOut,
  batch: measureBatch,
  import: measureImport,
  lease: measureLeases,
  results: measureResults,
};

interface Options {
  readonly only: readonly string[];
  readonly json?: string;
  readonly markdown?: string;
}

const options = new Command('npm run bench:pipeline --')
  .description('Measures the pipeline around the probes beside its limits.')
  .addOption(
    new Option('--only <part...>', 'parts to measure')
      .choices(Object.keys(PARTS))
      .default(Object.keys(PARTS), 'all'),
  )
  .option('--json <file>', 'write the figures as JSON')
  .option('--markdown <file>', 'write the tables as Markdown')
  .parse()
  .opts<Options>();
const say = (line: string) => process.stderr.write(`${line}\n`);

process.exitCode = await bench();

async function bench(): Promise<number> {
  const before = describeMachine();
  const measured = await measureParts();
  const assessed = assessLimits(measured);
  const tables = [limitTable(assessed), seriesTable(measured)];
  process.stdout.write(`\n${tables.map(formatText).join('\n')}`);
  const machine = { before, after: describeMachine() };
  if (options.json) {
    writeFileSync(options.json, `${JSON.stringify({ machine, assessed, measured }, null, 1)}\n`);
  }
  if (options.markdown) writeFileSync(options.markdown, tables.map(formatMarkdown).join('\n'));
  return assessed.some(({ outcome }) => outcome === Outcome.miss) ? 1 : 0;
}

/** Measures one part after another, each on a stack of its own. */
async function measureParts(): Promise<readonly Series[]> {
  const measured: Series[] = [];
  for (const part of options.only) {
    await using stack = await startBenchStack();
    const series = await PARTS[part]?.(stack);
    if (series === undefined) continue;
    const points = series.points.map(({ size, ms }) => `${size}: ${ms.toFixed(0)} ms`);
    say(`${part.padEnd(8)} ${points.join(', ')}`);
    measured.push(series);
  }
  return measured;
}

function limitTable(assessed: readonly AssessedLimit[]): Table {
  const rows = assessed.map(({ limit, figure, outcome }) => [
    ...[
      limit.part,
      limit.what,
      figure === undefined ? '–' : Number(figure.toPrecision(3)).toString(),
    ],
    ...[`${limit.atLeast ? '≥' : '≤'} ${limit.limit}`, limit.unit, outcome],
  ]);
  return [['part', 'figure', 'measured', 'limit', 'unit', 'outcome'], ...rows];
}

function seriesTable(measured: readonly Series[]): Table {
  const rows = measured.flatMap(({ name, points }) =>
    points.map(({ size, ms, peakMb }) => [
      ...[name, size.toLocaleString('en-US'), ms.toFixed(ms < 100 ? 1 : 0)],
      peakMb === undefined ? '' : String(peakMb),
    ]),
  );
  return [['part', 'size', 'ms', 'peak MB'], ...rows];
}
