import type { Command } from 'commander';
import { InvalidInputError } from '../../../errors.ts';
import { readStackFile } from '../../../local/stack-file.ts';
import { hideCredentials } from '../../errors.ts';
import { ApiError } from './api-error.ts';

/** How a command names the stack it talks to, and how it answers. */
export interface StackFlags {
  readonly api?: string;
  readonly json?: true;
}

/** Adds the flags every command has that talks to a stack. */
export function addStackFlags(command: Command): Command {
  command.option('--api <url>', 'API of the stack (default: the one that runs in this directory)');
  if (command.options.some(({ long }) => long === '--json')) return command;
  return command.option('--json', 'answer in JSON; errors too');
}

/**
 * The address of the API to talk to.
 *
 * @throws InvalidInputError when what is named is no URL
 * @throws ApiError when none is named and none runs here
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
    'no stack runs in this directory; start one with lighthouse up, or name one with --api URL',
    { status: null },
  );
}
