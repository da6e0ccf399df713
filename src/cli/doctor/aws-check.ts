import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseKnownFiles } from '@smithy/core/config';
import type { Finding } from './check.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the SDK's chain finds credentials without asking anyone ("AWS SDKs: standardized chain"). */
const VARIABLES: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'the environment (AWS_ACCESS_KEY_ID)',
  AWS_WEB_IDENTITY_TOKEN_FILE: 'a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: 'the container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'the container (AWS_CONTAINER_CREDENTIALS_FULL_URI)',
};

/** What a profile has that says how to get credentials ("AWS SDKs: shared config and credentials"). */
const SOURCES = [
  'aws_access_key_id',
  'credential_process',
  'login_session',
  'role_arn',
  'sso_session',
  'sso_start_url',
  'web_identity_token_file',
];

export interface AwsPlaces {
  /** The profile that a flag names. @default `AWS_PROFILE`, or the one named default */
  readonly profile?: string | undefined;
  /** Where `.aws` is. @default this user's home */
  readonly home?: string;
}

/**
 * Tells whether there are AWS credentials and where, in the order of the SDK's chain. They are not
 * tried, and nothing but their place is shown. Only a deployed stack needs them.
 */
export async function checkAwsCredentials(
  env: Environment,
  { profile, home }: AwsPlaces = {},
): Promise<Finding> {
  const name = 'AWS credentials';
  if (env.AWS_ACCESS_KEY_ID && !env.AWS_SECRET_ACCESS_KEY) {
    const found = 'AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not';
    return { name, state: 'wrong', found, advice: 'set both, or neither' };
  }
  const wanted = profile ?? (env.AWS_PROFILE || undefined);
  const [variable = ''] = Object.keys(VARIABLES).filter((each) => env[each]);
  const place =
    (wanted === undefined && VARIABLES[variable]) || (await findProfile(env, wanted, home));
  if (place) return { name, state: 'ok', found: `there are some, in ${place}` };
  if (wanted !== undefined) {
    const found = `profile "${wanted}" has none`;
    return { name, state: 'wrong', found, advice: `run aws configure --profile ${wanted}` };
  }
  const found = 'none; only a deployed stack needs them';
  return { name, state: 'note', found, advice: 'for one, set AWS_PROFILE or run aws configure' };
}

async function findProfile(
  env: Environment,
  profile = 'default',
  home = homeOfUser(),
): Promise<string | null> {
  const profiles = await parseKnownFiles({
    filepath: env.AWS_SHARED_CREDENTIALS_FILE || join(home, '.aws', 'credentials'),
    configFilepath: env.AWS_CONFIG_FILE || join(home, '.aws', 'config'),
    ignoreCache: true,
  });
  const settings = profiles[profile] ?? {};
  return SOURCES.some((source) => settings[source]) ? `profile "${profile}"` : null;
}

/** A user of a container may have none. */
function homeOfUser(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}
