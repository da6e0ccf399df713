import { CommanderError } from 'commander';
import {
  InvalidInputError,
  LeaseEndedError,
  LighthouseError,
  NoProxyAvailableError,
} from '../errors.ts';
import { redactLine } from '../proxies/list/redact.ts';
import { ExitCode } from './interrupt.ts';
import { printable, type Terminal } from './terminal.ts';

/** An error as `--json` prints it: one line on standard error. */
interface ErrorReport {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly issues?: readonly { readonly pointer: string; readonly detail: string }[];
  };
}

/** Describes an error without its stack. */
function describeError(error: unknown): ErrorReport {
  if (error instanceof InvalidInputError && error.issues.length > 0) {
    return { error: { code: error.code, message: error.message, issues: error.issues } };
  }
  if (error instanceof LighthouseError) {
    return { error: { code: error.code, message: error.message } };
  }
  if (error instanceof CommanderError) {
    const text = error.code === 'commander.help' ? 'a command is missing' : error.message;
    const message = hideCredentials(text.replace(/^error: /, ''));
    return { error: { code: 'usage', message: `${message}; see --help` } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { error: { code: 'unexpected', message: `unexpected error: ${message}` } };
}

/** Formats an error in the form asked for: `error: …` for people, one JSON line for programs. */
export function formatError(error: unknown, json: boolean): string {
  const report = describeError(error);
  if (json) return `${JSON.stringify(report)}\n`;
  const { message, issues = [] } = report.error;
  const details = issues
    .filter(({ detail }) => !message.includes(detail))
    .map(({ pointer, detail }) => `  ${printable(`${pointer}: ${detail}`)}\n`);
  return `error: ${message.split('\n').map(printable).join('\n')}\n${details.join('')}`;
}

/** Hides the password of a proxy that was given in place of something else. */
export function hideCredentials(text: string): string {
  return text.replace(/[^\s"']+:[^\s"']*@[^\s"']+/g, redactLine);
}

/** The `code` of a system error, such as `ENOENT`; empty for any other error. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

const ERRNO_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory, not a file',
  ENOTDIR: 'is below something that is not a directory',
  EACCES: 'cannot be opened by this user',
  EPERM: 'cannot be opened by this user',
  EROFS: 'is on a read-only file system',
  ENOSPC: 'cannot be written: no space is left on the device',
  EMFILE: 'cannot be opened: this process has too many files open',
};

/** Describes a failed file operation: the file's role, its path, what is wrong and what to do. */
export function fileError(
  file: { readonly role: string; readonly path: string; readonly advice?: string },
  error: unknown,
): InvalidInputError {
  const { role, path, advice } = file;
  const code = errnoOf(error);
  const problem = ERRNO_PROBLEMS[code] ?? `cannot be used (${code || 'unknown reason'})`;
  const remedy = advice === undefined ? '' : `; ${advice}`;
  const shown = hideCredentials(path);
  return new InvalidInputError(`${role} "${shown}" ${problem}${remedy}`, [], { cause: error });
}

/** Prints an error in the form asked for and returns the exit code; help is not an error. */
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

/** Flags after `--` belong to the command that `lease run` starts. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  return own.includes('--json') || /--format[ =]json/.test(own.join(' '));
}
