import { randomBytes } from 'node:crypto';
import { LOCAL_REGION } from './template/physical-names.ts';

/** What the clients of one local stack sign with, in the form the AWS SDK takes. */
export interface LocalCredentials {
  /** Random per stack; the endpoints answer only requests that carry it. */
  readonly accessKeyId: string;
  /** An SDK insists on one; signatures are not checked, since the key alone proves the caller. */
  readonly secretAccessKey: string;
}

/** The bits of a key: as many as a random UUID has, and more than can be guessed. */
const KEY_BYTES = 16;

/** Makes the credentials of one stack. */
export function createLocalCredentials(): LocalCredentials {
  const accessKeyId = `LOCAL${randomBytes(KEY_BYTES).toString('hex').toUpperCase()}`;
  return { accessKeyId, secretAccessKey: 'local' };
}

/**
 * The `authorization` header of a request that no AWS SDK signs: the stack's key at the place of
 * Signature Version 4 where an SDK puts it. AWS: "Signing AWS API requests".
 */
export function localAuthorization({ accessKeyId }: LocalCredentials): string {
  const scope = `${accessKeyId}/19700101/${LOCAL_REGION}/execute-api/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
}
