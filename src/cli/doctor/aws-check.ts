import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from './check.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the SDK's chain finds credentials without asking anyone ("AWS SDKs: standardized chain"). */
const VARIABLES: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'the environment (AWS_ACCESS_KEY_ID)',
  AWS_WEB_IDENTITY_TOKEN_FILE: 'a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: 'the container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'the container (AWS_CONTAINER_CREDENTIALS_FULL_URI)',
};

/**
 * Tells whether there are AWS credentials and where, in the order of the SDK's chain. They are
 * neither read nor tried, and nothing but their place is shown. Only a deployed stack needs them.
 */
export async function checkAwsCredentials(
  env: Environment,
  home: string = homedir(),
): Promise<Finding> {
  const name = 'AWS credentials';
  if (env.AWS_ACCESS_KEY_ID && !env.AWS_SECRET_ACCESS_KEY) {
    const found = 'AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not';
    return { name, state: 'wrong', found, advice: 'set both, or neither' };
  }
  const [variable = ''] = Object.keys(VARIABLES).filter((each) => env[each]);
  const place = VARIABLES[variable] ?? (await findProfiles(env, home));
  if (place !== null) return { name, state: 'ok', found: `there are some, in ${place}` };
  const found = 'none; only a deployed stack needs them';
  return { name, state: 'note', found, advice: 'for one, set AWS_PROFILE or run aws configure' };
}

async function findProfiles(env: Environment, home: string): Promise<string | null> {
  const files = [
    env.AWS_SHARED_CREDENTIALS_FILE || join(home, '.aws', 'credentials'),
    env.AWS_CONFIG_FILE || join(home, '.aws', 'config'),
  ];
  for (const file of files) {
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists) return file;
  }
  return null;
}
