import type { LocalCredentials } from './credentials.ts';

/** Where the embedded services listen: `http://127.0.0.1:<port>` each. */
export interface LocalEndpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly lambda: string;
  readonly eventbridge: string;
}

/**
 * The only environment variables in which a function here differs from its template: the services'
 * endpoints, the credentials they ask for, and permission to probe addresses of this machine and
 * its network.
 */
export function localOverrides(
  endpoints: LocalEndpoints,
  { accessKeyId, secretAccessKey }: LocalCredentials,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.eventbridge,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ALLOW_PRIVATE_ADDRESSES: 'true',
  };
}
