import type { Command } from 'commander';
import type { ListCounts } from '../../proxies/list-tally.ts';
import { addListFlags, type ListFlags } from '../check/check-flags.ts';
import { openList } from '../check/list-input.ts';
import { ListReader } from '../check/list-reader.ts';
import { ExitCode } from '../interrupt.ts';
import type { RejectedLine } from '../output/report.ts';
import { printable, type Terminal } from '../terminal.ts';
import type { StackFlags } from './client/find-stack.ts';
import { countRefused, importListed } from './client/list-importer.ts';
import { type Limit, limitOption } from './leasing-flags.ts';
import { onStack, printAnswer, type StackSession } from './stack-command.ts';

interface ImportFlags extends ListFlags, StackFlags {
  readonly maxConcurrency?: Limit;
}

/** How many rejected lines are shown one by one; the rest is counted. */
const SHOWN_REJECTIONS = 100;

const EXAMPLES = `
Examples:
  lighthouse import shop proxies.txt
  lighthouse import shop provider.csv --protocol socks5
  lighthouse import shop gateways.txt --max-concurrency 20
  lighthouse import shop raw.txt --columns host,port,-,username,password
  curl -s https://provider.example/list | lighthouse import shop - --json

Importing a list again changes nothing; a bad line never fails an import. A list of any length, gzip
or not, is sent in parts, since one request to a stack takes 5 MB of text, or 4.4 MB of gzip.`;

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
    .addHelpText('after', EXAMPLES);
  addListFlags(command);
  onStack<[string, string], ImportFlags>(command, terminal, async (session, args, flags) => {
    const report = await importList(session, args, flags);
    await printAnswer(terminal, flags, { answer: report, text: formatReport(report) });
    return ExitCode.ok;
  });
}

interface ImportReport extends ListCounts {
  readonly pool: string;
  readonly added: number;
  readonly existing: number;
  /** The columns, keys and kinds of cells of which nothing was kept. */
  readonly ignoredColumns: readonly string[];
  /** The first rejected lines. */
  readonly rejections: readonly RejectedLine[];
}

async function importList(
  { api, terminal, stop: { signal } }: StackSession,
  [poolName, path]: readonly [string, string],
  flags: ImportFlags,
): Promise<ImportReport> {
  const rejections: RejectedLine[] = [];
  const onRejected = async (rejected: RejectedLine): Promise<void> => {
    if (rejections.length < SHOWN_REJECTIONS) rejections.push(rejected);
  };
  await api.getPool(poolName);
  const source = await openList(path, terminal, signal);
  try {
    const reader = new ListReader(source, flags, { signal, onRejected });
    const listed = await reader.open();
    const { maxConcurrency } = flags;
    const outcome = await importListed(api, listed, { poolName, onRejected, maxConcurrency });
    const { added, existing } = outcome;
    const counts = countRefused(reader.tally.counts, outcome);
    const { ignoredColumns } = reader.tally;
    return { pool: poolName, ...counts, added, existing, ignoredColumns, rejections };
  } finally {
    source.stream.destroy();
  }
}

function formatReport(report: ImportReport): string {
  const { read, accepted, duplicate, skipped, rejected, added, existing, rejections } = report;
  const shown = rejections.map(({ line, detail, text }) => `  line ${line}: ${detail} (${text})`);
  if (report.ignoredColumns.length > 0) {
    shown.push(`columns not kept: ${report.ignoredColumns.join(', ')}`);
  }
  if (rejected > rejections.length) shown.push(`  and ${rejected - rejections.length} more`);
  return [
    `${read} read: ${accepted} accepted, ${duplicate} duplicate, ${skipped} skipped, ${rejected} rejected`,
    `${added} added, ${existing} already there`,
    ...shown.map(printable),
    '',
  ].join('\n');
}
