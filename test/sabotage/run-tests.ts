import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** The outcome of a test run. */
export interface TestOutcome {
  readonly passed: number;
  /** The titles of the tests that failed. */
  readonly failed: readonly string[];
  /** Why the tests could not run at all; null when they could. */
  readonly broken: string | null;
}

const reportSchema = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      message: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** A program that does not even run proves nothing about its tests. */
const NO_PROGRAM = /ReferenceError|SyntaxError|is not a function|is not defined/;

/** Runs test files of a tree, unless told otherwise up to their first failure. */
export async function runTests(
  directory: string,
  files: readonly string[],
  { title, bail = true }: { readonly title?: string | undefined; readonly bail?: boolean } = {},
): Promise<TestOutcome> {
  const report = join(directory, 'sabotage-report.json');
  const args = [
    join(directory, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--root', directory, '--reporter=json', `--outputFile=${report}`],
    ...(bail ? ['--bail=1'] : []),
    ...(title === undefined ? [] : ['--testNamePattern', title]),
    ...files,
  ];
  const child = spawn(process.execPath, args, {
    cwd: directory,
    // As CI does: with fewer, a rare race may be missed.
    env: { ...process.env, LEASE_ACQUISITIONS: '10000' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  await once(child, 'close');
  const text = await readFile(report, 'utf8').catch(() => null);
  await rm(report, { force: true });
  if (text === null) return { passed: 0, failed: [], broken: complaints.trim().slice(0, 300) };
  return toOutcome(reportSchema.parse(JSON.parse(text)));
}

function toOutcome({ numPassedTests, testResults }: z.infer<typeof reportSchema>): TestOutcome {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === 'failed');
  const messages = failed.flatMap(({ failureMessages }) => failureMessages ?? []);
  const unloaded = testResults.find(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const broken = unloaded?.message ?? messages.find((message) => NO_PROGRAM.test(message)) ?? null;
  return {
    passed: numPassedTests,
    failed: failed.map(({ fullName }) => fullName),
    broken: broken?.split('\n')[0] ?? null,
  };
}
