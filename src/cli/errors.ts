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

/** What an error says, without a stack. */
function describeError(error: unknown): ErrorReport {
  if (error instanceof InvalidInputError && error.issues.length > 0) {
    return { error: { code: error.code, message: error.message, issues: error.issues } };
  }
  if (error instanceof LighthouseError) {
    return { error: { code: error.code, message: error.message } };
  }
  if (error instanceof CommanderError) {
    const said = error.code === 'commander.help' ? 'a command is missing' : error.message;
    const message = hideCredentials(said.replace(/^error: /, ''));
    return { error: { code: 'usage', message: `${message}; see --help` } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { error: { code: 'unexpected', message: `unexpected error: ${message}` } };
}

/** An error in the form the caller asked for: `error: …` for people, one JSON line for programs. */
export function formatError(error: unknown, json: boolean): string {
  const report = describeError(error);
  if (json) return `${JSON.stringify(report)}\n`;
  const { message, issues = [] } = report.error;
  const details = issues
    .filter(({ detail }) => !message.includes(detail))
    .map(({ pointer, detail }) => `  ${printable(`${pointer}: ${detail}`)}\n`);
  return `error: ${message.split('\n').map(printable).join('\n')}\n${details.join('')}`;
}

/** A proxy given where something else was meant is shown without its password. */
export function hideCredentials(text: string): string {
  return text.replace(/[^\s"']+:[^\s"']*@[^\s"']+/g, redactLine);
}

/** The `code` of a system error (`ENOENT`), or an empty string. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

const ERRNO_SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory, not a file',
  ENOTDIR: 'lies under something that is not a directory',
  EACCES: 'may not be opened by this user',
  EPERM: 'may not be opened by this user',
  EROFS: 'lies on a read-only file system',
  ENOSPC: 'cannot be written: no space is left on the device',
  EMFILE: 'cannot be opened: this process has too many files open',
};

/** A failed file operation in one sentence: what it was for, the path, what is wrong with it. */
export function fileError(
  {
    role,
    path,
    advice,
  }: { readonly role: string; readonly path: string; readonly advice?: string },
  error: unknown,
): InvalidInputError {
  const code = errnoOf(error);
  const sentence = ERRNO_SENTENCES[code] ?? `cannot be used (${code || 'unknown reason'})`;
  const remedy = advice === undefined ? '' : `; ${advice}`;
  const shown = hideCredentials(path);
  return new InvalidInputError(`${role} "${shown}" ${sentence}${remedy}`, [], { cause: error });
}

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
