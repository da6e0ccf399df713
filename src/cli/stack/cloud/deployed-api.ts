import { InvalidInputError } from '../../../errors.ts';
import type { ApiAddress } from '../client/api-access.ts';
import { type AwsFlags, openAwsSession, partitionOf, resolveRegion } from './aws-session.ts';
import { signedAccess } from './signed-access.ts';
import { describeStack } from './stack-outputs.ts';

/** Which deployed stack, and as whom. */
interface DeployedFlags extends AwsFlags {
  readonly stackName: string;
  readonly apiOutput?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The hosts that API Gateway gives. AWS: "Endpoints", also in China. */
const EXECUTE_API = /^([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/** Names that lead to this machine, where nobody listens in. */
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])$/;

/**
 * Finds the API of a deployed stack by the stack's name or ARN; an ARN has its own region.
 *
 * @throws {LighthouseError} when the stack cannot be found, or not as this caller
 */
export async function findDeployedApi(flags: DeployedFlags): Promise<ApiAddress> {
  const [, , , regionOfArn = flags.region] = flags.stackName.split(':');
  const region = await resolveRegion({ ...flags, region: regionOfArn });
  const session = await openAwsSession({ ...flags, region });
  const { apiUrl, stackId } = await describeStack({ ...flags, region, session });
  const [, partition = 'aws', , , account = '*'] = stackId.split(':');
  requireEncryption(apiUrl);
  const api = { ...nameApi(apiUrl, region), partition, account };
  return { url: apiUrl.href, access: signedAccess({ session, api }) };
}

/**
 * Signs for an API whose address is known.
 *
 * @throws {InvalidInputError} when the address has no region and there is no other, or the profile
 * does not exist, or the way to the API is not encrypted
 */
export async function signForUrl(url: URL, flags: AwsFlags): Promise<ApiAddress> {
  requireEncryption(url);
  const regionOfHost = EXECUTE_API.exec(url.hostname)?.[2];
  const region = regionOfHost ?? (await resolveRegion(flags));
  const session = await openAwsSession({ ...flags, region });
  const api = { ...nameApi(url, region), partition: partitionOf(region), account: '*' };
  return { url: url.href, access: signedAccess({ session, api }) };
}

/** What an ARN says of an API; `*` for what its address does not tell, as that of an own domain. */
function nameApi({ hostname, pathname }: URL, region: string) {
  const [, apiId, regionOfHost] = EXECUTE_API.exec(hostname) ?? [];
  const basePath = pathname.replace(/\/+$/, '');
  if (apiId === undefined) return { region, apiId: '*', stage: '*', basePath };
  return {
    region: regionOfHost ?? region,
    apiId,
    stage: basePath.slice(1) || '$default',
    basePath,
  };
}

/** Session tokens, proxies' passwords and leases must not be sent in clear text. */
function requireEncryption({ protocol, hostname, host }: URL): void {
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return;
  throw new InvalidInputError(
    `the API at ${host} is to be called without encryption, and what is signed has secrets in it;` +
      ` give its address as https://${host}`,
  );
}
