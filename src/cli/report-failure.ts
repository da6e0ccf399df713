import { CommanderError } from 'commander';
import { formatError } from './errors.ts';
import { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** Help is no failure; every other error is told in the form that was asked for. */
export function reportFailure(
  error: unknown,
  args: readonly string[],
  terminal: Terminal,
): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok;
  const json = args.includes('--json') || /--format[ =]json/.test(args.join(' '));
  terminal.stderr.write(formatError(error, json));
  return ExitCode.failed;
}
