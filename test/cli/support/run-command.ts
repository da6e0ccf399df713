import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROGRAMS = {
  main: fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url)),
  start: fileURLToPath(new URL('../../../src/cli/start.ts', import.meta.url)),
};

/** What `./lighthouse` gives Node, and the launcher of an installed package for checks. */
export const COMMAND_NODE_FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=100'];

/** How a command that has ended ended. */
export interface CommandOutcome {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly program?: keyof typeof PROGRAMS;
  /** What it reads on standard input. @default nothing */
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node itself. @default none */
  readonly nodeFlags?: readonly string[];
}

export type RunningCommand = ChildProcessByStdio<Writable, Readable, Readable>;

/** Whatever a failed test left running ends with the tests. */
const running = new Set<RunningCommand>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the real command in a process of its own, without a terminal. */
export function startCommand(
  args: readonly string[],
  { program = 'main', cwd, env = {}, nodeFlags = [] }: CommandOptions = {},
): RunningCommand {
  const child = spawn(process.execPath, [...nodeFlags, PROGRAMS[program], ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // In a session of its own: whoever runs the tests may have a terminal.
    detached: true,
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** Runs the real command to its end; it must end by itself. */
export async function runCommand(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutcome> {
  const child = startCommand(args, options);
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return outcomeOf(child);
}

/** Runs the real command while nobody reads its output. */
export async function runUnread(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Omit<CommandOutcome, 'stdout'>> {
  const child = startCommand(args, options);
  child.stdout.destroy();
  const [stderr, [exitCode]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stderr };
}

/** Waits for a command that was started to end. */
export async function outcomeOf(child: RunningCommand): Promise<CommandOutcome> {
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout, stderr };
}
