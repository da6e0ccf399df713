import type { Command } from 'commander';
import { ConflictError } from '../../errors.ts';
import type { LocalStack } from '../../local/local-stack.ts';
import { readStackFile } from '../../local/stack-file.ts';
import { integerOption } from '../check/flag-parsers.ts';
import { type CommandContext, type ExitCode, untilAborted, withInterrupt } from '../interrupt.ts';
import { ProgressLine } from '../output/progress-line.ts';
import { formatSeconds } from '../output/summary-text.ts';
import type { Terminal } from '../terminal.ts';
import { logTo, serveLocalStack } from './local-stack-session.ts';
import { printAnswer } from './stack-command.ts';

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

Its endpoints want the access key in .lighthouse/stack.json, which only you can read; on Linux the API
answers your own programs without it.

While it runs, pool, import, sweep, results, proxies, lease and events find it from the same directory.`;

/** Adds `lighthouse up`. */
export function addUpCommand(program: Command, terminal: Terminal): void {
  program
    .command('up')
    .summary('run the whole stack on this machine until Ctrl-C')
    .description(
      'Runs the stack here: its functions from the assets that would be deployed, its tables and' +
        ' queues embedded, everything on loopback.',
    )
    .option(
      '--data <dir>',
      'keep tables, queues and events in this directory, readable by you alone (default: in memory)',
    )
    .addOption(integerOption('--port <n>', 'port of the API (default: a free one)'))
    .option('--verbose', 'show what the functions log, on standard error')
    .option('--json', 'print the addresses, and errors, as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: UpFlags) => {
      process.exitCode = await withInterrupt((stop) => runUp(flags, { terminal, stop }));
    });
}

async function runUp(flags: UpFlags, { terminal, stop }: CommandContext): Promise<ExitCode> {
  const other = await readStackFile(process.cwd());
  if (other) {
    throw new ConflictError(
      `a stack is already running in this directory (process ${other.pid}, ${other.apiUrl}); use` +
        ' that one, end it, or start this one in another directory',
    );
  }
  const settings = {
    findable: true,
    status: new ProgressLine(terminal, false),
    dataDir: flags.data,
    apiPort: flags.port,
    log: logTo(terminal, flags),
  };
  return serveLocalStack(settings, stop, async (stack) => {
    const { apiUrl, endpoints, tableNames, queueUrls } = stack;
    const answer = { apiUrl, endpoints, tableNames, queueUrls, pid: process.pid };
    await printAnswer(terminal, flags, { answer, text: announce(stack) });
    await untilAborted(stop.signal);
  });
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
