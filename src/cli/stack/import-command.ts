import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { addListFlags, type ListFlags } from '../check/check-flags.ts';
import { integerOption } from '../check/flag-parsers.ts';
import { openList } from '../check/list-input.ts';
import { ListReader } from '../check/list-reader.ts';
import { ExitCode, interruptedExitCode } from '../interrupt.ts';
import type { RejectedLine } from '../output/report.ts';
import type { Terminal } from '../terminal.ts';
import { MAX_CONNECTIONS } from './client/api-client.ts';
import type { StackFlags } from './client/find-stack.ts';
import { countRefused, IMPORT_CONCURRENCY, importListed } from './client/list-importer.ts';
import { ImportProgress } from './import-progress.ts';
import { FirstRejections, formatReport, type ImportReport } from './import-report.ts';
import { type Limit, limitOption } from './leasing-flags.ts';
import { onStack, printAnswer, type StackSession } from './stack-command.ts';

interface ImportFlags extends ListFlags, StackFlags {
  readonly maxConcurrency?: Limit;
  readonly concurrency?: number;
}

const CONCURRENCY_ABOUT =
  `requests of 500 proxies sent at once, 1-${MAX_CONNECTIONS}` +
  ` (${IMPORT_CONCURRENCY.deployed}; ${IMPORT_CONCURRENCY.local} for a local stack)`;

const EXAMPLES = `
Examples:
  lighthouse import shop proxies.txt
  lighthouse import shop provider.csv --protocol socks5
  lighthouse import shop gateways.txt --max-concurrency 20
  lighthouse import shop raw.txt --columns host,port,-,username,password
  curl -s https://provider.example/list | lighthouse import shop - --json

Importing a list again changes nothing; a bad line never fails an import. A list of any length, gzip
or not, is sent in parts, since one request to a stack takes 5 MB of text, or 4.4 MB of gzip. An
import that was stopped goes on when it is run again.`;

/** Adds `lighthouse import POOL LIST`. */
export function addImportCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('import')
    .summary('add the proxies of a list to a pool')
    .argument('<pool>', 'an existing pool')
    .argument('<list>', 'a file with proxies (text, CSV, JSON, NDJSON, gzip), or - for stdin')
    .addOption(
      limitOption('--max-concurrency <n>', 'consumers that may hold each new proxy at once (1)'),
    )
    .addOption(integerOption('--concurrency <n>', CONCURRENCY_ABOUT))
    .addHelpText('after', EXAMPLES);
  addListFlags(command);
  onStack<[string, string], ImportFlags>(command, terminal, async (session, args, flags) => {
    const report = await importList(session, args, flags);
    await printAnswer(terminal, flags, { answer: report, text: formatReport(report) });
    return ExitCode.ok;
  });
}

async function importList(
  { api, local, terminal, stop: { signal } }: StackSession,
  [poolName, path]: readonly [string, string],
  flags: ImportFlags,
): Promise<ImportReport> {
  refuseConcurrency(flags);
  const rejections = new FirstRejections();
  const onRejected = async (rejected: RejectedLine): Promise<void> => rejections.add(rejected);
  await api.getPool(poolName);
  const source = await openList(path, terminal, signal);
  const progress = new ImportProgress(terminal);
  try {
    const reader = new ListReader(source, flags, { signal, onRejected });
    const listed = await reader.open();
    progress.start(reader.tally);
    const usual = local ? IMPORT_CONCURRENCY.local : IMPORT_CONCURRENCY.deployed;
    const { maxConcurrency, concurrency = usual } = flags;
    const { onProgress } = progress;
    const limits = { maxConcurrency, concurrency };
    const options = { poolName, ...limits, signal, onRejected, onProgress };
    const outcome = await importListed(api, listed, options);
    const { added, existing, repeated } = outcome;
    const counts = countRefused(reader.tally.counts, outcome);
    const ignoredColumns = [
      ...new Set([...reader.tally.ignoredColumns, ...outcome.ignoredColumns]),
    ];
    const stored = { added, existing, repeated };
    return { pool: poolName, ...counts, ...stored, ignoredColumns, rejections: rejections.lines };
  } catch (error) {
    progress.stop();
    if (interruptedExitCode(signal)) terminal.stderr.write(`${progress.describeStop(signal)}\n`);
    throw error;
  } finally {
    progress.stop();
    source.stream.destroy();
  }
}

/** @throws {InvalidInputError} when `--concurrency` is out of range */
function refuseConcurrency({ concurrency = 1 }: ImportFlags): void {
  if (concurrency >= 1 && concurrency <= MAX_CONNECTIONS) return;
  throw new InvalidInputError(
    `--concurrency is ${concurrency}; it must be 1 to ${MAX_CONNECTIONS}`,
  );
}
