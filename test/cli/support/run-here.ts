import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runProgram } from '../../../src/cli/program.ts';
import { runStart } from '../../../src/cli/start/start-program.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import type { CommandOutcome } from './run-command.ts';

const PROGRAMS = { main: runProgram, start: runStart };

export interface HereOptions {
  readonly program?: keyof typeof PROGRAMS;
  /** What it reads on standard input. @default nothing */
  readonly input?: string;
  /** Whether all three streams are a terminal. @default false */
  readonly isTTY?: boolean;
  readonly cwd?: string;
}

/**
 * Runs the command in this process, one at a time: for everything that is not about processes,
 * signals or descriptors, since a process of its own takes a second to load.
 */
export async function runHere(
  args: readonly string[],
  { program = 'main', input = '', isTTY = false, cwd = process.cwd() }: HereOptions = {},
): Promise<CommandOutcome> {
  const before = { cwd: process.cwd(), exitCode: process.exitCode };
  const stream = () => Object.assign(new PassThrough(), { isTTY });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  stdin.end(input);
  const said = Promise.all([text(stdout), text(stderr)]);
  const streams = { stdin, stdout, stderr } as unknown as Terminal;
  process.chdir(cwd);
  process.exitCode = 0;
  try {
    await PROGRAMS[program](args, { ...streams, colour: false, live: false });
    const exitCode = Number(process.exitCode);
    stdout.end();
    stderr.end();
    const [out, err] = await said;
    return { exitCode, stdout: out, stderr: err };
  } finally {
    process.chdir(before.cwd);
    process.exitCode = before.exitCode;
  }
}
