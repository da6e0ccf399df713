import { constants } from 'node:os';
import type { ControllingTerminal } from './controlling-terminal.ts';

/** The signals that are passed on to the command. */
const RELAYED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies readonly NodeJS.Signals[];

/** Something that takes signals. */
export interface Signalled {
  signal(name: NodeJS.Signals): void;
}

/**
 * Passes the signals of this process on to a command, until disposed of. A terminal sends Ctrl-C and
 * its own end to the whole foreground group, so the command has already got these; a second signal
 * is always passed on. While there is no command, a second signal ends the process at once.
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

  /** The first signal; null when none has come. */
  get received(): NodeJS.Signals | null {
    return this.#received;
  }

  /** Sends signals to this command from now on; null once it has ended. */
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

/** The exit code that shells give a command that a signal ended. */
export function signalExitCode(name: NodeJS.Signals): number {
  return 128 + constants.signals[name];
}
