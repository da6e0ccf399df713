import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** Signals that end a command, and so the one it runs. */
const RELAYED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies readonly NodeJS.Signals[];

/**
 * Passes the signals this process gets on to a child, until it is disposed. A terminal tells its
 * whole foreground group of Ctrl-C and of its end, so the child has heard of these already. Before
 * there is a child, a second signal ends the process at once.
 */
export class SignalRelay implements Disposable {
  readonly #hasTerminal: boolean;
  #child: ChildProcess | null = null;
  #received: NodeJS.Signals | null = null;
  readonly #onSignal = (name: NodeJS.Signals): void => {
    if (this.#received !== null && this.#child === null) process.exit(signalExitCode(name));
    this.#received ??= name;
    if (name === 'SIGTERM' || !this.#hasTerminal) this.#child?.kill(name);
  };

  constructor({ hasTerminal }: { readonly hasTerminal: boolean }) {
    this.#hasTerminal = hasTerminal;
    for (const name of RELAYED) process.on(name, this.#onSignal);
  }

  /** The first signal that came; null before it. */
  get received(): NodeJS.Signals | null {
    return this.#received;
  }

  /** From now on signals go to this child. */
  relayTo(child: ChildProcess): void {
    this.#child = child;
  }

  [Symbol.dispose](): void {
    for (const name of RELAYED) process.off(name, this.#onSignal);
  }
}

/** The exit code shells give what a signal ended. */
export function signalExitCode(name: NodeJS.Signals): number {
  return 128 + constants.signals[name];
}
