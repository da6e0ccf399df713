import type { Command } from 'commander';
import { addFailOnFlag, exitCodeOf, type FailOn } from '../check/fail-on.ts';
import { ExitCode } from '../interrupt.ts';
import { ProgressLine } from '../output/status-line.ts';
import { print } from '../output/stream-sink.ts';
import type { Terminal } from '../terminal.ts';
import type { SweepReply } from './client/api-schemas.ts';
import type { StackFlags } from './client/find-stack.ts';
import { waitForSweep } from './client/wait-for-sweep.ts';
import { onStack, type StackSession } from './stack-command.ts';
import { formatSweepReport } from './sweep-report.ts';

interface SweepFlags extends StackFlags {
  readonly wait?: true;
  readonly failOn?: FailOn;
}

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
    .description('Starts one pass over a pool; without --wait it goes on by itself.')
    .argument('<pool>', 'the pool to sweep')
    .option('--wait', 'wait until every batch is accounted for, and show the totals')
    .addHelpText('after', EXAMPLES);
  addFailOnFlag(command);
  onStack<[string], SweepFlags>(command, terminal, async (session, [poolName], flags) => {
    const started = await session.api.startSweep(poolName);
    if (flags.wait || flags.failOn) return showSweep(session, started.sweepId, flags);
    await print(
      terminal.stdout,
      flags.json ? `${JSON.stringify(started)}\n` : `sweep ${started.sweepId} started\n`,
    );
    return ExitCode.ok;
  });
}

async function showSweep(
  { api, terminal, stop: { signal } }: StackSession,
  sweepId: string,
  flags: SweepFlags,
): Promise<ExitCode> {
  const report = await waitShown(api, sweepId, { terminal, signal });
  const text = flags.json
    ? `${JSON.stringify(report)}\n`
    : formatSweepReport(report, terminal.colour);
  await print(terminal.stdout, text);
  return exitCodeOf(report.totals, { failOn: flags.failOn, signal });
}

/** Waits for a sweep with a line of progress on a terminal. */
export async function waitShown(
  api: StackSession['api'],
  sweepId: string,
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<SweepReply> {
  const status = new ProgressLine(terminal, false);
  let text = `sweep ${sweepId} started`;
  status.start(() => text);
  try {
    return await waitForSweep(api, sweepId, {
      signal,
      onProgress: ({ batches, totals: { active, slow, inactive, inconclusive } }) => {
        text =
          `${batches.recorded} of ${batches.total} batches · ${active} active · ${slow} slow · ` +
          `${inactive} inactive · ${inconclusive} inconclusive`;
      },
    });
  } finally {
    status.stop();
  }
}
