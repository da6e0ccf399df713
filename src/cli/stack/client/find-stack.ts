import type { Command } from 'commander';
import { InvalidInputError } from '../../../errors.ts';
import { localAuthorization } from '../../../local/credentials.ts';
import { readStackFile, type StackFile } from '../../../local/stack-file.ts';
import { hideCredentials } from '../../errors.ts';
import type { ApiAccess, ApiAddress } from './api-access.ts';
import { ApiError } from './api-error.ts';

/** The flags of every command that talks to a stack. */
export interface StackFlags {
  readonly api?: string;
  /** The name or the ARN of a deployed stack. */
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
  /** The output with the address of the API, for a stack that has several. */
  readonly apiOutput?: string;
  readonly json?: true;
}

/** Names the deployed stack where `--stack` does not. Empty is the same as not set. */
const STACK_VARIABLE = 'LIGHTHOUSE_STACK';

/** Adds the flags of `StackFlags`. */
export function addStackFlags(command: Command): Command {
  command
    .optionsGroup('Which stack (default: the one running in this directory):')
    .option('--stack <name>', `a deployed one, by name or ARN (default: $${STACK_VARIABLE})`)
    .option('--region <name>', 'its AWS region (default: $AWS_REGION, or that of the profile)')
    .option(
      '--profile <name>',
      'AWS profile to sign with (default: $AWS_PROFILE, or what is found)',
    )
    .option('--api-output <name>', 'its output with the address of the API, if it has several')
    .option('--api <url>', 'the address of the API, instead of a name; signed for if AWS serves it')
    .optionsGroup('Options:');
  if (command.options.some(({ long }) => long === '--json')) return command;
  return command.option('--json', 'print answers and errors as JSON');
}

/** The deployed stack that flags or the environment name; undefined when neither does. */
export function deployedStack({ stack }: Pick<StackFlags, 'stack'>): string | undefined {
  if (stack === '') throw new InvalidInputError('--stack is empty; is a variable not set?');
  return stack ?? (process.env[STACK_VARIABLE] || undefined);
}

/**
 * Finds the API to talk to. The key of the stack that runs in this directory goes to that one only.
 *
 * @throws {InvalidInputError} when flags contradict each other, or one cannot be used
 * @throws {ApiError} when no stack is named and none is running in this directory
 * @throws {LighthouseError} when a deployed stack cannot be found
 */
export async function findApi(flags: StackFlags, signal?: AbortSignal): Promise<ApiAddress> {
  const { api } = flags;
  if (api !== undefined) return findByUrl(api, flags);
  const stackName = deployedStack(flags);
  if (stackName !== undefined) {
    // Imported here so that commands on a local stack do not load the AWS SDK.
    const { findDeployedApi } = await import('../cloud/deployed-api.ts');
    return findDeployedApi({ ...flags, stackName, signal });
  }
  refuseWithoutStack(flags);
  const stack = await readStackFile(process.cwd());
  if (stack?.apiUrl) return localAddress(stack.apiUrl, stack);
  throw new ApiError(
    'no stack is running in this directory; start one with lighthouse up, or name a deployed one' +
      ' with --stack NAME, or give --api URL',
    { status: null },
  );
}

/** An endpoint of a local stack, with the stack's key. */
export function localAddress(
  url: string,
  { credentials }: Pick<StackFile, 'credentials'>,
): ApiAddress {
  const authorization = localAuthorization(credentials);
  const authorize: ApiAccess['authorize'] = async ({ headers }) => ({ ...headers, authorization });
  return { url, local: true, access: { authorize } };
}

async function findByUrl(api: string, flags: StackFlags): Promise<ApiAddress> {
  for (const [flag, value] of [
    ['--stack', flags.stack],
    ['--api-output', flags.apiOutput],
  ]) {
    if (value === undefined) continue;
    throw new InvalidInputError(`--api and ${flag} both say where the API is; give one of them`);
  }
  const url = URL.parse(api);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const shown = hideCredentials(api);
    throw new InvalidInputError(`--api "${shown}" is not a URL; give it as http://127.0.0.1:4000`);
  }
  const stack = await readStackFile(process.cwd());
  if (stack?.apiUrl === url.origin) return localAddress(api, stack);
  const isSigned = AWS_HOST.test(url.hostname) || flags.region !== undefined;
  if (!isSigned && flags.profile === undefined) return { url: api };
  const { signForUrl } = await import('../cloud/deployed-api.ts');
  return signForUrl(url, flags);
}

/** The hosts of API Gateway. AWS: "Working with HTTP APIs", `execute-api` endpoints. */
const AWS_HOST = /\.amazonaws\.com(?:\.cn)?$/;

function refuseWithoutStack({ region, profile, apiOutput }: StackFlags): void {
  for (const [flag, value] of Object.entries({
    '--region': region,
    '--profile': profile,
    '--api-output': apiOutput,
  })) {
    if (value === undefined) continue;
    throw new InvalidInputError(
      `${flag} is for a deployed stack; name the stack with --stack NAME or ${STACK_VARIABLE}`,
    );
  }
}
