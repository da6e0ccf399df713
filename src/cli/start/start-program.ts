import { Command } from 'commander';
import { addCheckFlags } from '../check/check-flags.ts';
import { integerOption } from '../check/flag-parsers.ts';
import { reportFailure } from '../errors.ts';
import { helpOutput } from '../help-output.ts';
import { withInterrupt } from '../interrupt.ts';
import type { Terminal } from '../terminal.ts';
import type { StartFlags } from './checker-settings.ts';
import { runDemo } from './demo-run.ts';
import { runOnce } from './once-run.ts';

const EXAMPLES = `
Examples:
  npm start
  npm start -- --once proxies.txt
  npm -s start -- --once proxies.txt --target https://shop.example/ --json > report.json

npm prints a heading of its own on standard output; -s keeps it out of a piped report.

Exit codes with --once: 0 done; 1 a proxy is as bad as --fail-on says; 2 not done, and the error
says why; 130 interrupted.`;

/** Runs `npm start` and sets `process.exitCode`. */
export async function runStart(args: readonly string[], terminal: Terminal): Promise<void> {
  const help = helpOutput(args, terminal);
  const program = new Command('npm start --')
    .description(
      'Starts the whole stack on this machine. Without --once, a demo fleet of real proxies on' +
        ' loopback is swept every minute until Ctrl-C.',
    )
    .exitOverride()
    .configureOutput(help)
    .option('--once <list>', 'sweep this list once, show the stored results and exit')
    .addOption(integerOption('--port <n>', 'port of the API (default: a free one)'))
    .option('--verbose', 'show what the functions log, on standard error')
    .addHelpText('after', EXAMPLES);
  addCheckFlags(program).action(async (flags: StartFlags) => {
    process.exitCode = await withInterrupt((stop) =>
      flags.once === undefined
        ? runDemo(flags, { terminal, stop })
        : runOnce(flags.once, flags, { terminal, stop }),
    );
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error, args, terminal);
  }
  await help.written();
}
