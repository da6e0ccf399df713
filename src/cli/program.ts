import { Command } from 'commander';
import { reportFailure } from './errors.ts';
import { helpOutput } from './help-output.ts';
import type { Terminal } from './terminal.ts';
import { readManifest } from './version.ts';

const ABOUT =
  'Tells whether each forward proxy works, how fast it is and, when it does not work, whose fault' +
  ' that is.';

const EXAMPLES = `
Examples:
  lighthouse check proxies.txt --target https://example.com/
  lighthouse up
  lighthouse sweep shop --wait
  lighthouse help check`;

type AddCommand = (program: Command, terminal: Terminal) => void;

/** Each command with what loads it: a command line pays for the code of its own command only. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  check: async () => (await import('./check/check-command.ts')).addCheckCommand,
  up: async () => (await import('./stack/up-command.ts')).addUpCommand,
  pool: async () => (await import('./stack/pool-command.ts')).addPoolCommand,
  import: async () => (await import('./stack/import-command.ts')).addImportCommand,
  sweep: async () => (await import('./stack/sweep-command.ts')).addSweepCommand,
  results: async () => (await import('./stack/results-command.ts')).addResultsCommand,
  events: async () => (await import('./stack/events-command.ts')).addEventsCommand,
  proxies: async () => (await import('./stack/proxies-command.ts')).addProxiesCommand,
  lease: async () => (await import('./stack/lease/lease-command.ts')).addLeaseCommand,
  redrive: async () => (await import('./stack/redrive-command.ts')).addRedriveCommand,
  cost: async () => (await import('./cost/cost-command.ts')).addCostCommand,
  doctor: async () => (await import('./doctor/doctor-command.ts')).addDoctorCommand,
};

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
    .version(readManifest().version, '-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES);
  for (const addCommand of await loadCommands(args)) addCommand(program, terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error, args, terminal);
  }
  await help.written();
}

/** Loads the command of a command line; all of them where it names none, for help and mistakes. */
async function loadCommands(args: readonly string[]): Promise<readonly AddCommand[]> {
  const [first = '', second = ''] = args.filter((arg) => !arg.startsWith('-'));
  const name = first === 'help' ? second : first;
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return [await load()];
  if (args[0] === '--version' || args[0] === '-V') return [];
  return Promise.all(Object.values(COMMANDS).map((load) => load()));
}
