import type { HealthCheckOptions } from '../../health/health-check-options.ts';
import type { LocalStack } from '../../local/local-stack.ts';
import { validatePacing } from '../check/check-flags.ts';
import { exitCodeOf } from '../check/fail-on.ts';
import {
  completeHealthOptions,
  noteDefaultTarget,
  readHealthFlags,
} from '../check/health-flags.ts';
import { type ListedProxy, ListReader } from '../check/list-reader.ts';
import { openList } from '../check/list-source.ts';
import type { ExitCode } from '../exit-code.ts';
import { interruptedExitCode } from '../interrupt.ts';
import { openReport, type ReportOutput } from '../output/report-output.ts';
import type { RunSummary } from '../output/run-summary.ts';
import { RunTally } from '../output/run-tally.ts';
import { StatusLine } from '../output/status-line.ts';
import { ApiClient } from '../stack/api-client.ts';
import { LighthouseApi } from '../stack/lighthouse-api.ts';
import { importListed } from '../stack/list-importer.ts';
import { withLocalStack } from '../stack/local-stack-session.ts';
import { waitShown } from '../stack/sweep-command.ts';
import { summarizeSweep } from '../stack/sweep-summary.ts';
import type { Terminal } from '../terminal.ts';
import { settingsFor } from './checker-settings.ts';
import { inLineOrder } from './line-order.ts';
import type { StartFlags } from './start-program.ts';

/** The pool the list goes into; it ends with the stack. */
const POOL_NAME = 'once';

interface OnceRun {
  readonly flags: StartFlags;
  readonly options: HealthCheckOptions;
  readonly reader: ListReader;
  readonly report: ReportOutput;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/**
 * Sends a list through the whole stack on this machine: import → fan-out → SQS → checker →
 * DynamoDB, and shows the results as they were stored. Nothing is started for a list that holds
 * no valid proxy.
 */
export async function runOnce(
  listPath: string,
  flags: StartFlags,
  terminal: Terminal,
  stop: AbortController,
): Promise<ExitCode> {
  const { signal } = stop;
  validatePacing(flags);
  const options = completeHealthOptions(await readHealthFlags(flags));
  const context = settingsFor(flags, options);
  const source = await openList(listPath, terminal, signal);
  const status = new StatusLine(terminal, flags.quiet ?? false);
  const onBroken = (): void => stop.abort(new Error('nobody reads the output any more'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => void source.stream.destroy());
  const report = await openReport(flags, terminal, { status, onBroken });
  cleanUp.defer(() => report.dispose());
  const reader = new ListReader(source, flags, {
    signal,
    onRejected: (rejected) => report.writer.writeRejected(rejected),
  });
  const listed = await reader.open();
  noteDefaultTarget(flags, terminal);
  try {
    const run = { flags, options, reader, report, terminal, signal };
    const settings = { context, findable: false, ...logSettings(flags, terminal) };
    const summary = await withLocalStack(settings, stop, (stack) => sweep(run, stack, listed));
    await report.finish(summary);
    return exitCodeOf(summary.statuses, { failOn: flags.failOn, signal });
  } catch (error) {
    const interrupted = interruptedExitCode(signal);
    if (interrupted === null) throw error;
    terminal.stderr.write('interrupted; the stack is down and nothing of the sweep is kept\n');
    return interrupted;
  }
}

async function sweep(
  run: OnceRun,
  stack: LocalStack,
  listed: AsyncIterable<ListedProxy>,
): Promise<RunSummary> {
  const { options, flags, reader, report, terminal, signal } = run;
  const startUpMs = performance.now();
  await using client = new ApiClient(stack.apiUrl, signal);
  const api = new LighthouseApi(client);
  const lines = new Map<string, number>();
  await api.putPool(POOL_NAME, { options, control: flags.control, intervalSeconds: null });
  await importListed(api, listed, {
    poolName: POOL_NAME,
    onImported: (proxyId, line) => lines.set(proxyId, line),
    onRejected: (rejected) => report.writer.writeRejected(rejected),
  });
  const importedMs = performance.now();
  const { sweepId } = await api.startSweep(POOL_NAME);
  const sweepReport = await waitShown(api, sweepId, { terminal, signal });
  const sweptMs = performance.now();
  const tally = new RunTally();
  for await (const record of inLineOrder(api.readResults(sweepId), lines)) {
    tally.add(record);
    await report.writer.writeResult(record);
  }
  const times = {
    startUpMs: Math.round(startUpMs),
    importMs: Math.round(importedMs - startUpMs),
    probingMs: Math.round(sweptMs - importedMs),
    readBackMs: Math.round(performance.now() - sweptMs),
  };
  const list = reader.tally.counts;
  return summarizeSweep({ report: sweepReport, tally, targetUrl: options.targetUrl, list, times });
}

function logSettings(
  { verbose }: StartFlags,
  { stderr }: Terminal,
): { log?: (line: string) => void } {
  return verbose ? { log: (line) => void stderr.write(`${line}\n`) } : {};
}
