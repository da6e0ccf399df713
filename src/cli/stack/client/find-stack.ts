import type { Command } from 'commander';
import { InvalidInputError } from '../../../errors.ts';
import { readStackFile } from '../../../local/stack-file.ts';
import { hideCredentials } from '../../errors.ts';
import { ApiError } from './api-error.ts';

/** The flags of every command that talks to a stack. */
export interface StackFlags {
  readonly api?: string;
  readonly json?: true;
}

/** Adds the flags of `StackFlags`. */
export function addStackFlags(command: Command): Command {
  command
    .optionsGroup('Options:')
    .option('--api <url>', 'API of the stack (default: the one running in this directory)');
  if (command.options.some(({ long }) => long === '--json')) return command;
  return command.option('--json', 'print answers and errors as JSON');
}

/**
 * Finds the address of the API to talk to.
 *
 * @throws {InvalidInputError} when `--api` is not a URL
 * @throws {ApiError} when there is no `--api` and no stack is running in this directory
 */
export async function findApiUrl({ api }: StackFlags): Promise<string> {
  if (api !== undefined) {
    if (/^https?:$/.test(URL.parse(api)?.protocol ?? '')) return api;
    const shown = hideCredentials(api);
    throw new InvalidInputError(`--api "${shown}" is not a URL; give it as http://127.0.0.1:4000`);
  }
  const stack = await readStackFile(process.cwd());
  if (stack?.apiUrl) return stack.apiUrl;
  throw new ApiError(
    'no stack is running in this directory; start one with lighthouse up, or give --api URL',
    { status: null },
  );
}
