import { validatePacing } from '../check/check-flags.ts';
import { exitCodeOf } from '../check/fail-on.ts';
import {
  completeHealthOptions,
  noteDefaultTarget,
  readHealthFlags,
} from '../check/health-flags.ts';
import { openList } from '../check/list-input.ts';
import { ListReader } from '../check/list-reader.ts';
import {
  type CommandContext,
  type ExitCode,
  interruptedExitCode,
  stopForClosedOutput,
} from '../interrupt.ts';
import { ProgressLine } from '../output/progress-line.ts';
import { openReport } from '../output/report-output.ts';
import { logTo, withLocalStack } from '../stack/local-stack-session.ts';
import { type StartFlags, settingsFor } from './checker-settings.ts';
import { sweepOnce } from './once-sweep.ts';

/**
 * Sends a list through the whole stack on this machine (import → fan-out → SQS → checker →
 * DynamoDB) and shows the stored results. A list without a valid proxy starts nothing.
 */
export async function runOnce(
  listPath: string,
  flags: StartFlags,
  { terminal, stop }: CommandContext,
): Promise<ExitCode> {
  const { signal } = stop;
  validatePacing(flags);
  const options = completeHealthOptions(await readHealthFlags(flags));
  const context = settingsFor(flags, options);
  const source = await openList(listPath, terminal, signal);
  const status = new ProgressLine(terminal, flags.quiet ?? false);
  const onClosed = (): void => stopForClosedOutput(stop);
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => void source.stream.destroy());
  const report = await openReport(flags, terminal, { status, onClosed });
  cleanUp.defer(() => report.dispose());
  const reader = new ListReader(source, flags, {
    signal,
    onRejected: (rejected) => report.writer.writeRejected(rejected),
  });
  const listed = await reader.open();
  noteDefaultTarget(flags, terminal);
  try {
    const run = { flags, options, reader, listed, writer: report.writer, status, terminal, signal };
    const apiPort = flags.port;
    const settings = { context, findable: false, status, apiPort, log: logTo(terminal, flags) };
    const summary = await withLocalStack(settings, stop, (stack) => sweepOnce(run, stack));
    await report.finish(summary);
    return exitCodeOf(summary.statuses, { failOn: flags.failOn, signal });
  } catch (error) {
    if (interruptedExitCode(signal)) {
      terminal.stderr.write(`${signal.reason.message}; the stack is down and nothing is kept\n`);
    }
    throw error;
  }
}
