import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { isDotSegment } from '../../path-segments.ts';
import type { ExitCode } from '../interrupt.ts';
import { withInterrupt } from '../interrupt.ts';
import { print } from '../output/stream-sink.ts';
import type { Terminal } from '../terminal.ts';
import { ApiClient } from './client/api-client.ts';
import { addStackFlags, findApi, type StackFlags } from './client/find-stack.ts';
import { LighthouseApi } from './client/lighthouse-api.ts';
import { LeaseApi } from './lease/lease-api.ts';

/** The connection and terminal of a command that talks to a stack. */
export interface StackSession {
  readonly api: LighthouseApi;
  readonly leases: LeaseApi;
  /** Whether the stack runs on this machine. */
  readonly local: boolean;
  readonly terminal: Terminal;
  readonly stop: AbortController;
}

/**
 * Adds to a command the flags that name a stack, and runs `work` with a connection to that stack.
 * The connection is closed afterwards.
 */
export function onStack<Arguments extends readonly unknown[], Flags extends StackFlags>(
  command: Command,
  terminal: Terminal,
  work: (session: StackSession, args: Arguments, flags: Flags) => Promise<ExitCode>,
): Command {
  return addStackFlags(command).action(async (...all: unknown[]) => {
    const args = all.slice(0, -2) as unknown as Arguments;
    const flags = all.at(-2) as Flags;
    refuseNoNames(command, args);
    process.exitCode = await withInterrupt(async (stop) => {
      const address = await findApi(flags, stop.signal);
      await using client = new ApiClient(address, stop.signal);
      const apis = { api: new LighthouseApi(client), leases: new LeaseApi(client) };
      const { local = false } = address;
      return await work({ ...apis, local, terminal, stop }, args, flags);
    });
  });
}

/** Prints an answer on standard output: as one line of JSON with `--json`, as `text` without. */
export async function printAnswer(
  { stdout }: Terminal,
  { json }: Pick<StackFlags, 'json'>,
  { answer, text }: { readonly answer: unknown; readonly text: string },
): Promise<void> {
  await print(stdout, json ? `${JSON.stringify(answer)}\n` : text);
}

/**
 * Refuses arguments that are no names, and in a path would name another resource: an empty one,
 * which comes from a variable that is not set, and `.` and `..`.
 *
 * @throws {InvalidInputError} when there is one; the message names the first
 */
export function refuseNoNames({ registeredArguments }: Command, args: readonly unknown[]): void {
  for (const [index, argument] of registeredArguments.entries()) {
    for (const value of [args[index]].flat()) {
      if (value === '') {
        throw new InvalidInputError(
          `<${argument.name()}> is empty; it must be ${argument.description}; is a variable not set?`,
        );
      }
      if (typeof value === 'string' && isDotSegment(value)) {
        throw new InvalidInputError(
          `<${argument.name()}> is "${value}", which is no name; give ${argument.description}`,
        );
      }
    }
  }
}
