import { Command } from 'commander';
import { addCheckCommand } from './check/check-command.ts';
import { reportFailure } from './errors.ts';
import { helpOutput } from './help-output.ts';
import { addEventsCommand } from './stack/events-command.ts';
import { addImportCommand } from './stack/import-command.ts';
import { addLeaseCommand } from './stack/lease/lease-command.ts';
import { addPoolCommand } from './stack/pool-command.ts';
import { addProxiesCommand } from './stack/proxies-command.ts';
import { addRedriveCommand } from './stack/redrive-command.ts';
import { addResultsCommand } from './stack/results-command.ts';
import { addSweepCommand } from './stack/sweep-command.ts';
import { addUpCommand } from './stack/up-command.ts';
import type { Terminal } from './terminal.ts';

const ABOUT =
  'Tells whether each forward proxy works, how fast it is and, when it does not work, whose fault' +
  ' that is.';

const EXAMPLES = `
Examples:
  lighthouse check proxies.txt --target https://example.com/
  lighthouse up
  lighthouse sweep shop --wait
  lighthouse help check`;

const COMMANDS = [
  addCheckCommand,
  addUpCommand,
  addPoolCommand,
  addImportCommand,
  addSweepCommand,
  addResultsCommand,
  addEventsCommand,
  addProxiesCommand,
  addLeaseCommand,
  addRedriveCommand,
];

/**
 * Runs one command line and sets `process.exitCode`. No output is cut off: the process ends by
 * itself when every stream is flushed and every socket is closed.
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<void> {
  const help = helpOutput(args, terminal);
  const program = new Command('lighthouse')
    .description(ABOUT)
    .exitOverride()
    .configureOutput(help)
    .addHelpText('after', EXAMPLES);
  for (const addCommand of COMMANDS) addCommand(program, terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error, args, terminal);
  }
  await help.written();
}
