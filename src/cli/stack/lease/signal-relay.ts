import { constants } from 'node:os';
import type { ControllingTerminal } from './controlling-terminal.ts';

/** Signals that end a command, and so the one it runs. */
const RELAYED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies readonly NodeJS.Signals[];

/** Who can be told of a signal. */
export interface Signalled {
  signal(name: NodeJS.Signals): void;
}

/**
 * Passes the signals this process gets on to a command, until it is disposed. A terminal tells its
 * whole foreground group of Ctrl-C and of its end, so the command has heard of these already; a
 * second signal is passed on in any case. While there is no command, a second one ends the process
 * at once.
 */
export class SignalRelay implements Disposable {
  readonly #terminal: ControllingTerminal | null;
  #command: Signalled | null = null;
  #received: NodeJS.Signals | null = null;
  readonly #onSignal = (name: NodeJS.Signals): void => {
    const isFirst = this.#received === null;
    this.#received ??= name;
    if (!isFirst && this.#command === null) process.exit(signalExitCode(name));
    if (!isFirst || !this.#isHeardByAll(name)) this.#command?.signal(name);
  };

  constructor({ terminal }: { readonly terminal: ControllingTerminal | null }) {
    this.#terminal = terminal;
    for (const name of RELAYED) process.on(name, this.#onSignal);
  }

  /** The first signal that came; null before it. */
  get received(): NodeJS.Signals | null {
    return this.#received;
  }

  /** From now on signals go to this command; null: it has ended. */
  relayTo(command: Signalled | null): void {
    this.#command = command;
  }

  [Symbol.dispose](): void {
    for (const name of RELAYED) process.off(name, this.#onSignal);
  }

  #isHeardByAll(name: NodeJS.Signals): boolean {
    return name !== 'SIGTERM' && this.#terminal?.isForeground() === true;
  }
}

/** The exit code shells give what a signal ended. */
export function signalExitCode(name: NodeJS.Signals): number {
  return 128 + constants.signals[name];
}
