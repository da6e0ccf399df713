/**
 * The engine bench, `npm run bench`: what a health check costs, beside other ways to make one.
 * docs/performance.md tells what is measured and how.
 */
import { writeFileSync } from 'node:fs';
import { describeMachine } from './machine.ts';
import { parseOptions } from './options.ts';
import { formatMarkdown, formatText, subjectTable, targetTable } from './report.ts';
import { type BenchRun, runBench } from './run-bench.ts';
import { SubjectName } from './subjects.ts';
import { type JudgedTarget, judgeTargets, Outcome } from './targets.ts';
import { hasCompiler } from './toolchain.ts';
import { openWorkbench } from './workbench.ts';

const options = parseOptions(process.argv.slice(2));
const say = (line: string) => process.stderr.write(`${line}\n`);

if (await hasCompiler()) {
  process.exitCode = await bench();
} else {
  say('The bench needs g++ and the headers of OpenSSL (apt install g++ libssl-dev).');
  process.exitCode = 1;
}

async function bench(): Promise<number> {
  const before = describeMachine();
  await using workbench = await openWorkbench();
  const run = await runBench(options, workbench, say);
  const judged = judgeTargets(run.measured);
  const tables = [targetTable(judged), subjectTable(run.measured)];
  process.stdout.write(`\n${tables.map(formatText).join('\n')}`);
  for (const line of [...run.skipped.map((what) => `not measured: ${what}`), ...run.faults])
    say(line);
  const machine = { before, after: describeMachine() };
  write(options.json, () => JSON.stringify({ machine, options, ...run, targets: judged }, null, 1));
  write(options.markdown, () => tables.map(formatMarkdown).join('\n'));
  return run.faults.length > 0 || judged.some((each) => fails(each, run)) ? 1 : 0;
}

/** A target that must hold fails when it is missed, or not measured though it could have been. */
function fails({ target, outcome }: JudgedTarget, { skipped }: BenchRun): boolean {
  if (target.goal || outcome === Outcome.pass) return false;
  if (outcome === Outcome.miss) return true;
  const isComplete = options.subjects.length === Object.keys(SubjectName).length;
  const wasWanted = target.parts.every((part) => options.only.includes(part));
  return wasWanted && isComplete && skipped.length === 0;
}

function write(file: string | undefined, content: () => string): void {
  if (file !== undefined) writeFileSync(file, `${content().trimEnd()}\n`);
}
