import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { findDeadPort } from '../../../../src/local/fleet/index.ts';
import { refusedLines } from '../../support/memory-growth.ts';
import { outcomeOf, startCommand } from '../../support/run-command.ts';

/** No run gets to the end of such a list. */
const LINES = 300_000;
/** Enough of it that a thread has been hired, however fast the first one is. */
const UNTIL = 25_000;

it('ends all its threads on SIGINT, with the results so far', { timeout: 180_000 }, async () => {
  const target = `http://127.0.0.1:${await findDeadPort()}/`;
  const flags = ['--target', target, '--no-control', '--json', '--workers', '2'];
  const child = startCommand(['check', '-', ...flags]);
  child.stdin.on('error', () => {});
  child.stdin.end(refusedLines(LINES, await findDeadPort()).join('\n'));
  let records = 0;
  createInterface({ input: child.stdout }).on('line', () => {
    records += 1;
    if (records === UNTIL) child.kill('SIGINT');
  });
  const { exitCode, stdout, stderr } = await outcomeOf(child);
  const { results, summary } = JSON.parse(stdout);
  expect(stderr).not.toMatch(/error|worker thread/);
  expect(exitCode).toBe(130);
  expect(summary).toMatchObject({ interrupted: true, pacing: { threads: 2 } });
  expect(summary.checked).toBe(results.length);
  expect(new Set(results.map(({ line }: { line: number }) => line)).size).toBe(results.length);
  expect(results.length).toBeLessThan(LINES);
});
