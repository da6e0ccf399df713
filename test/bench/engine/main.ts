/**
 * The engine bench, `npm run bench`: what a health check costs, compared with other ways to make
 * one. docs/performance.md tells what is measured and how.
 */
import { writeFileSync } from 'node:fs';
import { parseOptions } from './options.ts';
import { describeMachine } from './report/machine.ts';
import { writeMarkdown } from './report/markdown.ts';
import { formatText, subjectTable, targetTable } from './report/report.ts';
import { type AssessedTarget, assessTargets, Outcome } from './report/targets.ts';
import { type BenchRun, runBench } from './run-bench.ts';
import { SUBJECTS } from './subjects.ts';
import { hasCompiler } from './toolchain.ts';
import { openWorkbench } from './workbench.ts';

const options = parseOptions(process.argv.slice(2));
const say = (line: string) => process.stderr.write(`${line}\n`);

if (await hasCompiler()) {
  process.exitCode = await bench();
} else {
  say('the bench needs g++ and the headers of OpenSSL (apt install g++ libssl-dev)');
  process.exitCode = 1;
}

async function bench(): Promise<number> {
  const before = describeMachine();
  await using workbench = await openWorkbench();
  const run = await runBench(options, workbench, say);
  const assessed = assessTargets(run.measured);
  const tables = [targetTable(assessed), subjectTable(run.measured)];
  process.stdout.write(`\n${tables.map(formatText).join('\n')}`);
  for (const what of run.skipped) say(`not measured: ${what}`);
  for (const fault of run.faults) say(fault);
  const machine = { before, after: describeMachine() };
  if (options.markdown) writeMarkdown(options.markdown, { run, assessed, machine });
  if (options.json) {
    const figures = { machine, options, ...run, targets: assessed };
    writeFileSync(options.json, `${JSON.stringify(figures, null, 1)}\n`);
  }
  return run.faults.length > 0 || assessed.some((each) => fails(each, run)) ? 1 : 0;
}

/** A target that must hold fails when it is missed, or not measured though it could have been. */
function fails({ target, outcome }: AssessedTarget, { present }: BenchRun): boolean {
  if (target.goal || outcome === Outcome.pass) return false;
  if (outcome === Outcome.miss) return true;
  const isComplete = present.length === SUBJECTS.length;
  return isComplete && target.parts.every((part) => options.only.includes(part));
}
