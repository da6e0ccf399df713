import { type ChildProcess, spawn } from 'node:child_process';
import { errnoOf } from '../../errors.ts';
import { type SignalRelay, signalExitCode } from './signal-relay.ts';

/** A command that is told to end has as long for it, milliseconds. */
const GRACE_MS = 10_000;

export interface ChildOptions {
  /** The command and its arguments. */
  readonly commandLine: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly relay: SignalRelay;
  /** Aborted when the command has to end: SIGTERM, then SIGKILL. */
  readonly end: AbortSignal;
  /** @default 10,000 */
  readonly graceMs?: number;
  /** @default this process's own streams */
  readonly stdio?: 'inherit' | 'ignore';
}

/** How a command ended. */
export type ChildEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  /** It could not be started; the exit code is the one shells give. */
  | { readonly kind: 'not-started'; readonly exitCode: 126 | 127; readonly sentence: string };

/** Runs a command, and waits until it has ended. */
export async function runLeasedChild(options: ChildOptions): Promise<ChildEnd> {
  const { commandLine, env, relay, end, graceMs = GRACE_MS, stdio = 'inherit' } = options;
  const [command, ...args] = commandLine;
  let child: ChildProcess;
  try {
    // Throws some of its errors (ENOTDIR, E2BIG), and tells the child of others (ENOENT, EACCES).
    child = spawn(command, args, { stdio, env });
  } catch (error) {
    return describeStartFailure(error, command);
  }
  relay.relayTo(child);
  let grace: NodeJS.Timeout | undefined;
  const onEnd = (): void => {
    child.kill('SIGTERM');
    grace = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  end.addEventListener('abort', onEnd, { once: true });
  if (end.aborted) onEnd();
  try {
    return await endOf(child, command);
  } finally {
    end.removeEventListener('abort', onEnd);
    clearTimeout(grace);
  }
}

function endOf(child: ChildProcess, command: string): Promise<ChildEnd> {
  return new Promise((resolve) => {
    // Of a child that runs it tells of a signal that could not be sent.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(describeStartFailure(error, command));
    });
    child.once('exit', (code, signal) => {
      const exitCode = signal === null ? (code ?? 1) : signalExitCode(signal);
      resolve({ kind: 'exited', exitCode });
    });
  });
}

function describeStartFailure(error: unknown, command: string): ChildEnd {
  const code = errnoOf(error);
  if (code === 'ENOENT') {
    return { kind: 'not-started', exitCode: 127, sentence: `there is no command "${command}"` };
  }
  const sentence = `the command "${command}" cannot be run (${code || 'unknown reason'})`;
  return { kind: 'not-started', exitCode: 126, sentence };
}
