import { defaultProvider } from '@aws-sdk/credential-provider-node';
import {
  ENV_PROFILE,
  loadConfig,
  NODE_REGION_CONFIG_FILE_OPTIONS,
  NODE_REGION_CONFIG_OPTIONS,
  parseKnownFiles,
} from '@smithy/core/config';
import { InvalidInputError, LighthouseError } from '../../../errors.ts';
import { hideCredentials } from '../../errors.ts';

/** The flags that say who calls AWS, and where. */
export interface AwsFlags {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

type CredentialProvider = ReturnType<typeof defaultProvider>;
type Credentials = Awaited<ReturnType<CredentialProvider>>;

/** Credentials by the SDK's own chain, and how to speak of them. */
export interface AwsSession {
  readonly profile: string | undefined;
  /** Refreshed when they are about to expire. */
  readonly credentials: () => Promise<Credentials>;
  /** Names them in messages: `the credentials of profile "ops"`. */
  readonly named: string;
  /** How to get new ones, as part of a sentence. */
  readonly renewal: string;
}

/** What regions look like: `eu-north-1`, `us-gov-east-1`. They become part of a host name. */
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/;

/** The SDK warns on the console when an explicit profile stands beside keys in the environment. */
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

function silent(): void {}

/**
 * Finds out who calls AWS: `--profile`, or the SDK's chain (environment, files, SSO, roles).
 *
 * @throws {InvalidInputError} when the profile does not exist
 */
export async function openAwsSession({ region, profile }: AwsFlags): Promise<AwsSession> {
  const name = profile ?? (process.env[ENV_PROFILE] || undefined);
  if (name !== undefined) await requireProfile(name);
  const named = nameCredentials(name);
  const renewal =
    name === undefined
      ? 'give --profile NAME, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
      : `sign in again with aws sso login --profile ${name}, or give the profile new keys`;
  const provide = defaultProvider({
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { clientConfig: { region } }),
    logger: SILENT,
  });
  const credentials = async (): Promise<Credentials> => {
    try {
      return await provide();
    } catch (error) {
      const why = error instanceof Error ? hideCredentials(error.message).trim() : 'unknown reason';
      const subject =
        name === undefined ? 'there are no AWS credentials' : `${named} cannot be used`;
      const message = `${subject} (${why.replace(/\.$/, '')}); ${renewal}`;
      throw new LighthouseError('no_credentials', message, { cause: error });
    }
  };
  return { profile: name, credentials, named, renewal };
}

/**
 * The region that a flag names, or the SDK's chain does (`AWS_REGION`, then the profile).
 *
 * @throws {InvalidInputError} when there is none, or it does not look like one
 */
export async function resolveRegion({ region, profile }: AwsFlags): Promise<string> {
  const found = region ?? (await regionOfChain(profile));
  if (found === undefined) {
    throw new InvalidInputError(
      'no AWS region is set; give --region NAME, or set AWS_REGION, or region in the profile',
    );
  }
  if (REGION.test(found)) return found;
  throw new InvalidInputError(`"${found}" is not an AWS region; give one such as eu-north-1`);
}

/** AWS: "Amazon Resource Names", partitions. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

async function regionOfChain(profile: string | undefined): Promise<string | undefined> {
  const options = { ...NODE_REGION_CONFIG_OPTIONS, default: () => '' };
  const files = { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...(profile !== undefined && { profile }) };
  return (await loadConfig(options, files)()) || undefined;
}

async function requireProfile(name: string): Promise<void> {
  const sections = Object.keys(await parseKnownFiles({}));
  if (sections.includes(name)) return;
  const profiles = sections.filter((section) => !/^(?:sso-session|services)\./.test(section));
  const known = profiles.length === 0 ? 'there is none' : `there is ${profiles.join(', ')}`;
  throw new InvalidInputError(
    `there is no AWS profile "${name}" in the AWS configuration files (~/.aws/config and` +
      ` ~/.aws/credentials, or where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say); ${known}`,
  );
}

function nameCredentials(profile: string | undefined): string {
  if (profile !== undefined) return `the credentials of profile "${profile}"`;
  return process.env.AWS_ACCESS_KEY_ID
    ? 'the credentials in the environment'
    : 'the AWS credentials found here';
}
