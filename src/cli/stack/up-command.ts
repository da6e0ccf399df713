import type { Command } from 'commander';
import { ConflictError } from '../../errors.ts';
import type { LocalStack } from '../../local/local-stack.ts';
import { readStackFile } from '../../local/stack-file.ts';
import { integerOption } from '../check/flag-parsers.ts';
import {
  type CommandContext,
  ExitCode,
  Interrupted,
  untilAborted,
  withInterrupt,
} from '../interrupt.ts';
import { ProgressLine } from '../output/status-line.ts';
import { print } from '../output/stream-sink.ts';
import { formatSeconds } from '../output/summary-text.ts';
import type { Terminal } from '../terminal.ts';
import { withLocalStack } from './local-stack-session.ts';

interface UpFlags {
  readonly data?: string;
  readonly port?: number;
  readonly verbose?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  lighthouse up
  lighthouse up --data .lighthouse/data --port 4000
  lighthouse up --json > stack.json &

While it runs, pool, import, sweep, results, proxies, lease and events find it from the same directory.`;

/** Adds `lighthouse up`. */
export function addUpCommand(program: Command, terminal: Terminal): void {
  program
    .command('up')
    .summary('run the whole stack on this machine until Ctrl-C')
    .description(
      'Synthesizes the stack and runs it here: its functions from the assets that would be' +
        ' deployed, its tables and queues embedded, everything on loopback.',
    )
    .option('--data <dir>', 'keep tables, queues and events in this directory (default: in memory)')
    .addOption(integerOption('--port <n>', 'port of the API (default: a free one)'))
    .option('--verbose', 'show what the functions log, on standard error')
    .option('--json', 'announce the addresses in JSON; errors too')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: UpFlags) => {
      process.exitCode = await withInterrupt((stop) => runUp(flags, { terminal, stop }));
    });
}

async function runUp(flags: UpFlags, { terminal, stop }: CommandContext): Promise<ExitCode> {
  const other = await readStackFile(process.cwd());
  if (other) {
    throw new ConflictError(
      `a stack already runs in this directory (process ${other.pid}, ${other.apiUrl}); use that` +
        ' one, end it, or start this one in another directory',
    );
  }
  const log = (line: string): void => {
    terminal.stderr.write(`${line}\n`);
  };
  const settings = {
    findable: true,
    status: new ProgressLine(terminal, false),
    ...(flags.data === undefined ? {} : { dataDir: flags.data }),
    ...(flags.port === undefined ? {} : { apiPort: flags.port }),
    ...(flags.verbose ? { log } : {}),
  };
  try {
    await withLocalStack(settings, stop, async (stack) => {
      await print(terminal.stdout, flags.json ? announceJson(stack) : announce(stack));
      await untilAborted(stop.signal);
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  if (stop.signal.reason instanceof Interrupted) return ExitCode.ok;
  throw stop.signal.reason;
}

function announce({ apiUrl, endpoints }: LocalStack): string {
  return [
    `The stack is up after ${formatSeconds(performance.now())}. Ctrl-C ends it.`,
    '',
    `  API       ${apiUrl}`,
    `  DynamoDB  ${endpoints.dynamodb}`,
    `  SQS       ${endpoints.sqs}`,
    '',
    'In another terminal, in this directory:',
    '',
    '  lighthouse pool put mine --target https://example.com/',
    '  lighthouse import mine proxies.txt',
    '  lighthouse sweep mine --wait',
    '  lighthouse events --follow',
    '',
  ].join('\n');
}

function announceJson({ apiUrl, endpoints, tableNames, queueUrls }: LocalStack): string {
  return `${JSON.stringify({ apiUrl, endpoints, tableNames, queueUrls, pid: process.pid })}\n`;
}
