import { ExitCode } from './exit-code.ts';

/** Why a run was told to stop early. */
export class Interrupted extends Error {
  readonly exitCode: ExitCode;

  constructor(signalName: string, exitCode: ExitCode) {
    super(`stopped by ${signalName}`);
    this.name = 'Interrupted';
    this.exitCode = exitCode;
  }
}

/**
 * Runs `work` with a signal that aborts on the first SIGINT or SIGTERM; a second one ends the
 * process at once. The listeners are gone when `work` has settled.
 */
export async function withInterrupt<T>(work: (stop: AbortController) => Promise<T>): Promise<T> {
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
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** The exit code of an aborted run, or null when it was not stopped by a person or a system. */
export function interruptedExitCode(signal: AbortSignal): ExitCode | null {
  return signal.aborted && signal.reason instanceof Interrupted ? signal.reason.exitCode : null;
}
