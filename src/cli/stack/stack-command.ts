import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import type { ExitCode } from '../interrupt.ts';
import { withInterrupt } from '../interrupt.ts';
import { print } from '../output/stream-sink.ts';
import type { Terminal } from '../terminal.ts';
import { ApiClient } from './client/api-client.ts';
import { addStackFlags, findApiUrl, type StackFlags } from './client/find-stack.ts';
import { LighthouseApi } from './client/lighthouse-api.ts';
import { LeaseApi } from './lease/lease-api.ts';

/** What a command that talks to a stack works with. */
export interface StackSession {
  readonly api: LighthouseApi;
  readonly leases: LeaseApi;
  readonly terminal: Terminal;
  readonly stop: AbortController;
}

/**
 * Gives a command the flags that name a stack, and runs `work` with a connection to it that is
 * closed afterwards.
 */
export function onStack<Arguments extends readonly unknown[], Flags extends StackFlags>(
  command: Command,
  terminal: Terminal,
  work: (session: StackSession, args: Arguments, flags: Flags) => Promise<ExitCode>,
): Command {
  return addStackFlags(command).action(async (...all: unknown[]) => {
    const args = all.slice(0, -2) as unknown as Arguments;
    const flags = all.at(-2) as Flags;
    refuseEmpty(command, args);
    process.exitCode = await withInterrupt(async (stop) => {
      await using client = new ApiClient(await findApiUrl(flags), stop.signal);
      const apis = { api: new LighthouseApi(client), leases: new LeaseApi(client) };
      return await work({ ...apis, terminal, stop }, args, flags);
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
 * An argument that is empty comes from a variable that is not set; in a path it would name another
 * resource.
 *
 * @throws InvalidInputError naming the first
 */
export function refuseEmpty({ registeredArguments }: Command, args: readonly unknown[]): void {
  const empty = registeredArguments.find((_, index) => args[index] === '');
  if (empty === undefined) return;
  const about = `<${empty.name()}> is empty, and has to be ${empty.description}`;
  throw new InvalidInputError(`${about}; is a variable not set?`);
}
