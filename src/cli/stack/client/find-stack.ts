import type { Command } from 'commander';
import { InvalidInputError } from '../../../errors.ts';
import { localAuthorization } from '../../../local/credentials.ts';
import { readStackFile, type StackFile } from '../../../local/stack-file.ts';
import { hideCredentials } from '../../errors.ts';
import type { ApiAddress } from './api-client.ts';
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
 * Finds the API to talk to. The key of the stack that runs in this directory goes to that one only.
 *
 * @throws {InvalidInputError} when `--api` is not a URL
 * @throws {ApiError} when there is no `--api` and no stack is running in this directory
 */
export async function findApi({ api }: StackFlags): Promise<ApiAddress> {
  if (api !== undefined) {
    const url = URL.parse(api);
    if (url !== null && /^https?:$/.test(url.protocol)) return addressOf(api, url.origin);
    const shown = hideCredentials(api);
    throw new InvalidInputError(`--api "${shown}" is not a URL; give it as http://127.0.0.1:4000`);
  }
  const stack = await readStackFile(process.cwd());
  if (stack?.apiUrl) return localAddress(stack.apiUrl, stack);
  throw new ApiError(
    'no stack is running in this directory; start one with lighthouse up, or give --api URL',
    { status: null },
  );
}

/** An endpoint of a local stack, with the stack's key. */
export function localAddress(
  url: string,
  { credentials }: Pick<StackFile, 'credentials'>,
): ApiAddress {
  return { url, authorization: localAuthorization(credentials) };
}

async function addressOf(url: string, origin: string): Promise<ApiAddress> {
  const stack = await readStackFile(process.cwd());
  return stack?.apiUrl === origin ? localAddress(url, stack) : { url };
}
