import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable, type Stream } from 'node:stream';
import { text } from 'node:stream/consumers';

/** No run of a subject takes nearly this long. */
const LIMIT_MS = 120_000;

export interface ChildOutput {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote to descriptor 3. */
  readonly report: string;
}

/** Runs a program to its end. */
export async function runChild(program: string, args: readonly string[]): Promise<ChildOutput> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr, report, [code]] = await Promise.all([
    read(child.stdio[1]),
    read(child.stdio[2]),
    read(child.stdio[3]),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr, report };
}

function read(stream: Stream | null | undefined): Promise<string> {
  return stream instanceof Readable ? text(stream) : Promise.resolve('');
}

/**
 * Runs a program whose output is one JSON document.
 *
 * @throws {Error} when it fails; the message has the end of its standard error
 */
export async function runJsonChild<T>(program: string, args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await runChild(program, args);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr.slice(-1000)}`);
  return JSON.parse(stdout);
}
