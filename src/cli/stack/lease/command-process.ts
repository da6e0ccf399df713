import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { isGroupAlive } from './process-stat.ts';
import type { Signalled } from './signal-relay.ts';

/** The pause between two checks whether a command has ended, ms. */
const POLL_MS = 50;

export interface CommandOptions {
  /** The command and its arguments. */
  readonly commandLine: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdio: StdioOptions;
  /**
   * Whether the command gets its own process group, so that what it starts is signalled with it.
   * Only without a terminal: a terminal sends no signals to such a group.
   */
  readonly ownGroup: boolean;
}

/** A running command, with all of its process group if it has its own. */
export class CommandProcess implements Signalled {
  readonly child: ChildProcess;
  readonly #ownGroup: boolean;

  /** @throws {Error} when starting fails at once (ENOTDIR, E2BIG); the child emits other errors */
  constructor({ commandLine: [command, ...args], env, stdio, ownGroup }: CommandOptions) {
    this.child = spawn(command, args, { stdio, env, detached: ownGroup });
    this.#ownGroup = ownGroup;
  }

  /** Sends a signal; does nothing when the processes have ended or belong to another user. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      if (this.#ownGroup) process.kill(-pid, name);
      else this.child.kill(name);
    } catch {
      // ESRCH or EPERM (kill(2)).
    }
  }

  /** Whether the command, or anything in its group, is still running. */
  isAlive(): boolean {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined) return false;
    return this.#ownGroup ? isGroupAlive(pid) : exitCode === null && signalCode === null;
  }

  /** Ends the command and its group: with SIGTERM, and after `graceMs` with SIGKILL. */
  async endWithin(graceMs: number): Promise<void> {
    this.signal('SIGTERM');
    const endsAt = performance.now() + graceMs;
    // Only the end of a direct child is reported, so the group is polled.
    while (this.isAlive() && performance.now() < endsAt) await delay(POLL_MS);
    if (this.isAlive()) this.signal('SIGKILL');
  }
}
