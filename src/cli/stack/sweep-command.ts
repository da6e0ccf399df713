import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { addFailOnFlag, exitCodeOf, type FailOn } from '../check/fail-on.ts';
import { ExitCode } from '../interrupt.ts';
import { ProgressLine } from '../output/progress-line.ts';
import { listStatuses } from '../output/summary-text.ts';
import type { Terminal } from '../terminal.ts';
import type { SweepReply } from './client/api-schemas.ts';
import type { StackFlags } from './client/find-stack.ts';
import { onStack, printAnswer, type StackSession } from './stack-command.ts';
import { formatSweepReport } from './sweep-report.ts';

interface SweepFlags extends StackFlags {
  readonly wait?: true;
  readonly failOn?: FailOn;
}

/** The pause between two reads of a running sweep, ms: a tenth of the wait so far, within these. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

const EXAMPLES = `
Examples:
  lighthouse sweep shop
  lighthouse sweep shop --wait
  lighthouse sweep shop --wait --json --fail-on inactive`;

/** Adds `lighthouse sweep POOL`. */
export function addSweepCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('sweep')
    .summary('sweep a pool now')
    .description('Starts one pass over a pool; without --wait it goes on in the background.')
    .argument('<pool>', 'the pool to sweep')
    .option('--wait', 'wait until every batch is accounted for, and show the totals')
    .addHelpText('after', EXAMPLES);
  addFailOnFlag(command);
  onStack<[string], SweepFlags>(command, terminal, async (session, [poolName], flags) => {
    const started = await session.api.startSweep(poolName);
    if (flags.wait || flags.failOn) return showSweep(session, started.sweepId, flags);
    const text = `sweep ${started.sweepId} started\n`;
    await printAnswer(terminal, flags, { answer: started, text });
    return ExitCode.ok;
  });
}

async function showSweep(
  { api, terminal, stop: { signal } }: StackSession,
  sweepId: string,
  flags: SweepFlags,
): Promise<ExitCode> {
  const report = await waitForSweep(api, sweepId, { terminal, signal });
  const text = formatSweepReport(report, terminal.colour);
  await printAnswer(terminal, flags, { answer: report, text });
  return exitCodeOf(report.totals, { failOn: flags.failOn, signal });
}

/** Waits until a sweep is closed, with a line of progress on a terminal. */
export async function waitForSweep(
  api: StackSession['api'],
  sweepId: string,
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<SweepReply> {
  const status = new ProgressLine(terminal, false);
  let text = `sweep ${sweepId} started`;
  status.start(() => text);
  try {
    for (let waitedMs = 0; ; ) {
      const report = await api.getSweep(sweepId);
      if (report.state !== 'running') return report;
      const { batches, totals } = report;
      text = `${batches.recorded} of ${batches.total} batches · ${listStatuses(totals, ' · ')}`;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waitedMs / 10));
      await delay(pauseMs, undefined, { signal });
      waitedMs += pauseMs;
    }
  } finally {
    status.stop();
  }
}
