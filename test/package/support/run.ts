import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { text } from 'node:stream/consumers';

export interface RunOptions {
  readonly cwd: string;
  /** The Node that the program finds. @default the one of the tests */
  readonly node?: string;
  /** @default nothing */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program whose PATH begins with a certain Node. */
export function start(program: string, args: readonly string[], options: RunOptions) {
  const { cwd, node = process.execPath, env = {} } = options;
  const PATH = [dirname(node), process.env.PATH].join(delimiter);
  return spawn(program, args, { cwd, env: { ...process.env, PATH, ...env } });
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Ran> {
  const child = start(program, args, options);
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout, stderr };
}

/**
 * Runs a program that must succeed.
 *
 * @throws {Error} when it does not, with its words
 */
export async function runWell(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const { exitCode, stdout, stderr } = await run(program, args, options);
  if (exitCode === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${stdout}\n${stderr}`);
}
