/**
 * A check with two threads that nothing but a signal ends: all its proxies refuse at the port given.
 * Says `enough` on standard error when the worker thread has had its part.
 */
import { ExitCode, interruptedExitCode, withInterrupt } from '../../../../src/cli/interrupt.ts';
import { refusedLines } from '../../support/memory-growth.ts';
import { runCheck } from './run-check.ts';

const ENOUGH = 1_000;

process.exitCode = await withInterrupt(async ({ signal }) => {
  const { records, summary, threads } = await runCheck({
    lines: refusedLines(400_000, Number(process.argv[2])),
    signal,
    onWorkerResults: (results) => {
      if (results === ENOUGH) process.stderr.write('enough\n');
    },
  });
  const lines = new Set(records.map(({ line }) => line)).size;
  process.stdout.write(JSON.stringify({ records: records.length, lines, summary, threads }));
  return interruptedExitCode(signal) ?? ExitCode.ok;
});
