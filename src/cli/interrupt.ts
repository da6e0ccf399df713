import { once } from 'node:events';
import type { Terminal } from './terminal.ts';

/** The exit codes, the same for every command. */
export const ExitCode = {
  /** Done, and `--fail-on` found nothing. */
  ok: 0,
  /** Done, and `--fail-on` found a proxy that is as bad. */
  unhealthy: 1,
  /** Done, and no proxy is free, or the lease is over. */
  unavailable: 1,
  /** Not done: a wrong option, an input that cannot be used, a stack that cannot be reached. */
  failed: 2,
  /** Stopped by SIGINT (128 + 2). */
  interrupted: 130,
  /** Stopped by SIGTERM (128 + 15). */
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The terminal a command works in, and what stops it. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborts when the command has to stop early. */
  readonly stop: AbortController;
}

/** The reason why a run stops early. */
export class Interrupted extends Error {
  readonly exitCode: ExitCode;

  constructor(by: string, exitCode: ExitCode) {
    super(`stopped by ${by}`);
    this.name = 'Interrupted';
    this.exitCode = exitCode;
  }
}

/** Stops a run whose output has lost its reader (`| head`): quietly, and not as a failure. */
export function stopForClosedOutput(stop: AbortController): void {
  stop.abort(new Interrupted('closed output', ExitCode.ok));
}

/**
 * Runs `work` with a controller that aborts on the first SIGINT or SIGTERM; a second one ends the
 * process at once. An error that `work` throws after that is not a failure: the exit code tells
 * what stopped it.
 */
export async function withInterrupt(
  work: (stop: AbortController) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    const exitCode = name === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
    if (stop.signal.aborted) process.exit(exitCode);
    stop.abort(new Interrupted(name, exitCode));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await work(stop);
  } catch (error) {
    const exitCode = interruptedExitCode(stop.signal);
    if (exitCode === null) throw error;
    return exitCode;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** The exit code of a run that was interrupted; null when it was not. */
export function interruptedExitCode(signal: AbortSignal): ExitCode | null {
  return signal.aborted && signal.reason instanceof Interrupted ? signal.reason.exitCode : null;
}

/** Waits until the signal aborts. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
