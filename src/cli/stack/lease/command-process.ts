import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { isGroupAlive } from './process-stat.ts';
import type { Signalled } from './signal-relay.ts';

/** Between two looks at whether a command that was told to end has, milliseconds. */
const LOOK_MS = 50;

export interface CommandOptions {
  /** The command and its arguments. */
  readonly commandLine: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdio: StdioOptions;
  /**
   * Whether it leads a process group of its own, and all it starts is signalled with it. For where
   * there is no terminal: such a group hears nothing from it.
   */
  readonly ownGroup: boolean;
}

/** A command that runs, and where it has a process group all that is in it. */
export class CommandProcess implements Signalled {
  readonly child: ChildProcess;
  readonly #ownGroup: boolean;

  /** @throws some of the errors of starting it (ENOTDIR, E2BIG); the child tells of others */
  constructor({ commandLine: [command, ...args], env, stdio, ownGroup }: CommandOptions) {
    this.child = spawn(command, args, { stdio, env, detached: ownGroup });
    this.#ownGroup = ownGroup;
  }

  /** Whoever is gone, or is another user's, is not told. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      if (this.#ownGroup) process.kill(-pid, name);
      else this.child.kill(name);
    } catch {
      // ESRCH or EPERM (kill(2)): there is nobody to tell.
    }
  }

  /** Whether it, or anything in its group, has not ended. */
  isAlive(): boolean {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined) return false;
    return this.#ownGroup ? isGroupAlive(pid) : exitCode === null && signalCode === null;
  }

  /** Tells it and its group to end: with SIGTERM, and when the time is over with SIGKILL. */
  async endWithin(graceMs: number): Promise<void> {
    this.signal('SIGTERM');
    const endsAt = performance.now() + graceMs;
    // Nothing tells of the end of processes that are not one's own children.
    while (this.isAlive() && performance.now() < endsAt) await delay(LOOK_MS);
    if (this.isAlive()) this.signal('SIGKILL');
  }
}
