import { CommanderError } from 'commander';
import { LeaseEndedError, NoProxyAvailableError } from '../errors.ts';
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
  terminal.stderr.write(formatError(error, wantsJson(args)));
  const isAnswer = error instanceof NoProxyAvailableError || error instanceof LeaseEndedError;
  return isAnswer ? ExitCode.unavailable : ExitCode.failed;
}

/** What follows `--` is somebody else's. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  return own.includes('--json') || /--format[ =]json/.test(own.join(' '));
}
