/**
 * Removes the safety measures one at a time in a copy of the tree and checks that a test notices
 * each. Arguments are parts of names; with any, only matching sabotages are tried.
 */
import { resolve } from 'node:path';
import { createWorkCopy, type WorkCopy } from '../support/work-copy.ts';
import { runTests } from './run-tests.ts';
import type { Sabotage } from './sabotage.ts';
import { SABOTAGES } from './sabotages.ts';

interface Trial {
  readonly caught: boolean;
  /** The test that noticed, or why none did. */
  readonly remark: string;
}

const wanted = process.argv.slice(2);
const chosen = SABOTAGES.filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
if (chosen.length === 0) {
  print(`no sabotage is named ${wanted.join(' or ')}; there are:`);
  for (const { name } of SABOTAGES) print(`  ${name}`);
  process.exitCode = 2;
} else process.exitCode = (await trySabotages(chosen)) ? 0 : 1;

async function trySabotages(sabotages: readonly Sabotage[]): Promise<boolean> {
  await using copy = await createWorkCopy(resolve(import.meta.dirname, '../..'));
  if (!(await isGreen(copy, sabotages))) return false;
  let uncaught = 0;
  for (const [index, sabotage] of sabotages.entries()) {
    const startedAt = performance.now();
    const { caught, remark } = await tryOne(copy, sabotage);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    if (!caught) uncaught += 1;
    const count = `${index + 1}/${sabotages.length}`.padStart(5);
    print(
      `${count}  ${caught ? 'caught    ' : 'NOT CAUGHT'}  ${seconds.padStart(3)} s  ${sabotage.name}`,
    );
    print(`${' '.repeat(27)}${remark}`);
  }
  print(`\n${sabotages.length - uncaught} of ${sabotages.length} caught`);
  return uncaught === 0;
}

/** Tests that fail before anything is broken prove nothing. */
async function isGreen({ directory }: WorkCopy, sabotages: readonly Sabotage[]): Promise<boolean> {
  const files = [...new Set(sabotages.flatMap(({ tests }) => tests))];
  const { passed, failed, broken } = await runTests(directory, files, { bail: false });
  print(`unbroken: ${passed} tests of ${files.length} files pass, ${failed.length} fail`);
  for (const title of failed) print(`  ${title}`);
  if (broken !== null) print(`  ${broken}`);
  return failed.length === 0 && broken === null;
}

async function tryOne(copy: WorkCopy, sabotage: Sabotage): Promise<Trial> {
  try {
    const mend = await copy.sabotage(sabotage);
    const { tests, title } = sabotage;
    const { passed, failed, broken } = await runTests(copy.directory, tests, { title });
    await mend();
    if (broken !== null) return { caught: false, remark: `does not run: ${broken}` };
    const [first] = failed;
    if (first !== undefined) return { caught: true, remark: first };
    return { caught: false, remark: `${passed} tests still pass` };
  } catch (error) {
    return { caught: false, remark: error instanceof Error ? error.message : String(error) };
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
