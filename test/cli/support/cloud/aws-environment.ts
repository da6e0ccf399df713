import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { findDeadPort } from '../../../../src/local/fleet/index.ts';
import type { CallerKeys } from './verify-signature.ts';

/** Everything that the SDK would read of the machine's own settings. */
const UNSET = [
  'AWS_PROFILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'LIGHTHOUSE_STACK',
];

/** An AWS configuration of its own, in the environment of this process until `vi.unstubAllEnvs`. */
export interface AwsEnvironment extends AsyncDisposable {
  readonly directory: string;
  /** Begins a test: nothing is set but what keeps every call on loopback. */
  reset(): void;
  /** Puts keys into the environment. */
  useKeys(keys: CallerKeys): void;
}

/** Writes configuration files, and points the SDK to them and to `cloudFormationUrl`. */
export async function createAwsEnvironment(
  cloudFormationUrl: string,
  files: { readonly config: string; readonly credentials: string },
): Promise<AwsEnvironment> {
  const directory = await mkdtemp(join(tmpdir(), 'lighthouse-aws-'));
  const [config, credentials] = [join(directory, 'config'), join(directory, 'credentials')];
  await Promise.all([writeFile(config, files.config), writeFile(credentials, files.credentials)]);
  const nowhere = `http://127.0.0.1:${await findDeadPort()}`;
  return {
    directory,
    reset() {
      vi.unstubAllEnvs();
      for (const name of UNSET) vi.stubEnv(name, undefined);
      vi.stubEnv('AWS_CONFIG_FILE', config);
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', credentials);
      vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
      vi.stubEnv('AWS_ENDPOINT_URL', nowhere);
      vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloudFormationUrl);
    },
    useKeys({ accessKeyId, secretAccessKey, sessionToken }) {
      vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
      vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
    },
    async [Symbol.asyncDispose]() {
      vi.unstubAllEnvs();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
