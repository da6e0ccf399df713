import type { AwsSession } from './aws-session.ts';

/** Why AWS does not accept some credentials, as the API's errors have it. */
export interface RefusedCredentials {
  readonly code: 'expired_credentials' | 'invalid_credentials';
  readonly message: string;
}

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException']);
const UNKNOWN_KEY = new Set(['InvalidClientTokenId', 'UnrecognizedClientException']);
const WRONG_SIGNATURE = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'SignatureDoesNotMatch',
]);

/**
 * Says in a sentence why AWS refuses credentials, whichever of its services does.
 *
 * @param name of the error. AWS: "Common error types", with the older names
 * @returns null when the error is not about credentials
 */
export function describeRefusedCredentials(
  name: string,
  { named, renewal }: Pick<AwsSession, 'named' | 'renewal'>,
): RefusedCredentials | null {
  if (EXPIRED.has(name)) {
    return { code: 'expired_credentials', message: `${named} have expired; ${renewal}` };
  }
  const code = 'invalid_credentials';
  if (UNKNOWN_KEY.has(name)) return { code, message: `AWS does not know ${named}; ${renewal}` };
  if (!WRONG_SIGNATURE.has(name)) return null;
  const message =
    `AWS calculates another signature from ${named}, so the secret access key is not that of the` +
    ` access key, or this machine's clock is wrong; ${renewal}`;
  return { code, message };
}
