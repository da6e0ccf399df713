import type { ChildProcess } from 'node:child_process';
import { errnoOf } from '../../errors.ts';
import { type CommandOptions, CommandProcess } from './command-process.ts';
import { type SignalRelay, signalExitCode } from './signal-relay.ts';

/** How long a command may take to end after SIGTERM, ms. */
const GRACE_MS = 10_000;

export interface ChildOptions extends Omit<CommandOptions, 'stdio'> {
  readonly relay: SignalRelay;
  /** Aborts when the command has to end: SIGTERM, then SIGKILL. */
  readonly end: AbortSignal;
  /** The time between SIGTERM and SIGKILL. @default 10,000 */
  readonly graceMs?: number;
  /** @default this process's own streams */
  readonly stdio?: CommandOptions['stdio'];
}

/** How a command ended. */
export type ChildEnd =
  | {
      readonly kind: 'exited';
      readonly exitCode: number;
      /** Whether `end` had aborted before the command ended. */
      readonly wasEnded: boolean;
    }
  /** The command could not be started; the exit code is the one that shells give. */
  | { readonly kind: 'not-started'; readonly exitCode: 126 | 127; readonly sentence: string };

/**
 * Runs a command and waits until it has ended. Processes that it leaves behind in its own group are
 * ended too: they would go on using the proxy.
 */
export async function runLeasedChild(options: ChildOptions): Promise<ChildEnd> {
  const { relay, end, graceMs = GRACE_MS, stdio = 'inherit' } = options;
  const [name] = options.commandLine;
  let command: CommandProcess;
  try {
    command = new CommandProcess({ ...options, stdio });
  } catch (error) {
    return describeStartFailure(error, name);
  }
  let ending: Promise<void> | undefined;
  const onEnd = (): void => {
    ending ??= command.endWithin(graceMs);
  };
  relay.relayTo(command);
  end.addEventListener('abort', onEnd, { once: true });
  if (end.aborted) onEnd();
  try {
    return await endOf(command.child, name, end);
  } finally {
    relay.relayTo(null);
    end.removeEventListener('abort', onEnd);
    if (command.isAlive()) onEnd();
    await ending;
  }
}

function endOf(child: ChildProcess, name: string, end: AbortSignal): Promise<ChildEnd> {
  return new Promise((resolve) => {
    // For a running child, the error is a signal that could not be sent.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(describeStartFailure(error, name));
    });
    child.once('exit', (code, signal) => {
      const exitCode = signal === null ? (code ?? 1) : signalExitCode(signal);
      resolve({ kind: 'exited', exitCode, wasEnded: end.aborted });
    });
  });
}

function describeStartFailure(error: unknown, name: string): ChildEnd {
  const code = errnoOf(error);
  if (code === 'ENOENT') {
    return { kind: 'not-started', exitCode: 127, sentence: `there is no command "${name}"` };
  }
  const sentence = `the command "${name}" cannot be run (${code || 'unknown reason'})`;
  return { kind: 'not-started', exitCode: 126, sentence };
}
