import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import {
  type CommandOutcome,
  type RunningCommand,
  runCommand,
  startCommand,
} from './run-command.ts';
import { runHere } from './run-here.ts';

/** `lighthouse up` in a directory of its own, and the commands run there. */
export interface Up extends AsyncDisposable {
  readonly process: RunningCommand;
  /** What it says once it is up. */
  readonly announced: { readonly apiUrl: string; readonly endpoints: Record<string, string> };
  /** In this process. */
  run(...args: string[]): Promise<CommandOutcome>;
  /** In a process of its own. */
  spawn(...args: string[]): Promise<CommandOutcome>;
  /** Runs a command that must succeed, and returns what it says in JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  json(...args: string[]): Promise<any>;
}

export interface UpOptions {
  readonly cwd: string;
  readonly flags?: readonly string[];
  /** What no command run by `json` may show. */
  readonly secret?: string;
}

/** Starts a local stack by the real command, and waits until it is up. */
export async function startUp({ cwd, flags = [], secret }: UpOptions): Promise<Up> {
  const child = startCommand(['up', '--json', ...flags], { cwd });
  child.stderr.pipe(process.stderr);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const run = (...args: string[]) => runHere(args, { cwd });
  return {
    process: child,
    announced: JSON.parse(line),
    run,
    spawn: (...args) => runCommand(args, { cwd }),
    async json(...args) {
      const { exitCode, stdout, stderr } = await run(...args, '--json');
      expect(exitCode, stderr).toBe(0);
      if (secret !== undefined) expect(stdout + stderr).not.toContain(secret);
      return JSON.parse(stdout);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
