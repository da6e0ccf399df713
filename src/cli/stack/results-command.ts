import { type Command, Option } from 'commander';
import { NotFoundError } from '../../errors.ts';
import { Verdict } from '../../health/health-check-result.ts';
import { isUuid } from '../../uuid.ts';
import { addReportFlags, type ReportFlags } from '../check/check-flags.ts';
import { exitCodeOf } from '../check/fail-on.ts';
import type { ExitCode } from '../interrupt.ts';
import { stopForClosedOutput } from '../interrupt.ts';
import { ProgressLine } from '../output/progress-line.ts';
import { openReport } from '../output/report-output.ts';
import { RunTally } from '../output/run-tally.ts';
import type { Terminal } from '../terminal.ts';
import type { StackFlags } from './client/find-stack.ts';
import type { LighthouseApi } from './client/lighthouse-api.ts';
import { onStack, type StackSession } from './stack-command.ts';
import { summarizeSweep } from './sweep-report.ts';

interface ResultsFlags extends Omit<ReportFlags, 'json'>, StackFlags {
  readonly status?: Verdict;
}

const EXAMPLES = `
Examples:
  lighthouse results shop
  lighthouse results shop --status inactive --format csv --output dead.csv
  lighthouse results 0199a3c2-7d1e-7c3a-9b0e-0a1b2c3d4e5f --json`;

/** Adds `lighthouse results POOL_OR_SWEEP`. */
export function addResultsCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('results')
    .summary('show what a sweep found')
    .argument('<pool-or-sweep>', 'a sweep id, or a pool for its last sweep')
    .addOption(
      new Option('--status <verdict>', 'only this verdict').choices(Object.values(Verdict)),
    )
    .addHelpText('after', EXAMPLES);
  addReportFlags(command);
  onStack<[string], ResultsFlags>(command, terminal, showResults);
}

async function showResults(
  { api, terminal, stop }: StackSession,
  [name]: readonly [string],
  flags: ResultsFlags,
): Promise<ExitCode> {
  const { signal } = stop;
  const report = await api.getSweep(await findSweepId(api, name));
  const status = new ProgressLine(terminal, true);
  const onClosed = (): void => stopForClosedOutput(stop);
  const output = await openReport(flags, terminal, { status, onClosed });
  try {
    const tally = new RunTally();
    for await (const result of api.readResults(report.sweepId, flags.status)) {
      const record = { line: null, ...result };
      tally.add(record);
      await output.writer.writeResult(record);
    }
    await output.finish(summarizeSweep({ report, tally }));
    return exitCodeOf(tally.statuses, { failOn: flags.failOn, signal });
  } finally {
    await output.dispose();
  }
}

async function findSweepId(api: LighthouseApi, name: string): Promise<string> {
  if (isUuid(name)) return name;
  const { lastSweepId } = await api.getPool(name);
  if (lastSweepId !== null) return lastSweepId;
  throw new NotFoundError(
    `pool "${name}" has not been swept yet; start a sweep with lighthouse sweep ${name} --wait`,
  );
}
