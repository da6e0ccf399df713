import type { Command } from 'commander';
import type { ExitCode } from '../interrupt.ts';
import { type CommandContext, stopForClosedOutput, withInterrupt } from '../interrupt.ts';
import { ProgressLine } from '../output/progress-line.ts';
import { openReport } from '../output/report-output.ts';
import { listStatuses } from '../output/summary-text.ts';
import { printable, type Terminal } from '../terminal.ts';
import {
  addCheckFlags,
  addSpeedFlags,
  type CheckFlags,
  type SpeedFlags,
  validatePacing,
  validateWorkers,
} from './check-flags.ts';
import { CheckRun } from './check-run.ts';
import { exitCodeOf } from './fail-on.ts';
import { completeHealthOptions, noteDefaultTarget, readHealthFlags } from './health-flags.ts';
import { openList } from './list-input.ts';
import { ListReader } from './list-reader.ts';

const EXAMPLES = `
Examples:
  lighthouse check proxies.txt
  lighthouse check proxies.txt --target https://shop.example/ --expect 200,204 --timeout-ms 8000
  lighthouse check provider.csv.gz --protocol socks5 --format csv --output report.csv
  curl -s https://provider.example/list | lighthouse check - --json --fail-on inactive

Exit codes: 0 done; 1 a proxy is as bad as --fail-on says; 2 not done, and the error says why;
130 interrupted, with the summary so far.`;

type CommandFlags = CheckFlags & SpeedFlags;

/** Adds `lighthouse check LIST`. */
export function addCheckCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('check')
    .summary('check a list of proxies from this machine')
    .description(
      'Checks every proxy of a list from this machine, without a stack. Prints one record per' +
        ' accepted line, in the order the probes end, then a summary that accounts for every line.',
    )
    .argument('<list>', 'a file with proxies (text, CSV, JSON, NDJSON, gzip), or - for stdin')
    .addHelpText('after', EXAMPLES);
  addSpeedFlags(addCheckFlags(command)).action(async (list: string, flags: CommandFlags) => {
    process.exitCode = await withInterrupt((stop) => runCheck(list, flags, { terminal, stop }));
  });
}

async function runCheck(
  listPath: string,
  flags: CommandFlags,
  { terminal, stop }: CommandContext,
): Promise<ExitCode> {
  const { signal } = stop;
  validatePacing(flags);
  validateWorkers(flags);
  const options = completeHealthOptions(await readHealthFlags(flags));
  const source = await openList(listPath, terminal, signal);
  const status = new ProgressLine(terminal, flags.quiet ?? false);
  try {
    const report = await openReport(flags, terminal, {
      status,
      onClosed: () => stopForClosedOutput(stop),
    });
    await using _ = { [Symbol.asyncDispose]: () => report.dispose() };
    noteDefaultTarget(flags, terminal);
    const reader = new ListReader(source, flags, {
      signal,
      onRejected: (rejected) => report.writer.writeRejected(rejected),
    });
    const onWorkerLost = (cause: unknown) => {
      status.clear();
      if (!flags.quiet) terminal.stderr.write(formatLoss(cause));
    };
    const { writer } = report;
    const run = new CheckRun({ flags, options, reader, writer, signal, onWorkerLost });
    status.start(() => formatProgress(run, reader));
    const summary = await run.check();
    status.stop();
    await report.finish(summary);
    return exitCodeOf(summary.statuses, { failOn: flags.failOn, signal });
  } finally {
    status.stop();
    source.stream.destroy();
  }
}

function formatLoss(cause: unknown): string {
  const reason = cause instanceof Error ? printable(cause.message) : 'unknown reason';
  return `note: a worker thread has ended (${reason}); the others check its proxies\n`;
}

function formatProgress(run: CheckRun, reader: ListReader): string {
  const { accepted, rejected } = reader.tally.counts;
  const checked = `${run.tally.checked}/${accepted}${reader.ended ? '' : '+'} checked`;
  return `${checked} · ${listStatuses(run.tally.statuses, ' · ')} · ${rejected} rejected`;
}
