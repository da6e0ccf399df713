import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Clock, systemClock } from '../../../clock.ts';
import type { ApiAccess } from '../client/api-access.ts';
import type { AwsSession } from './aws-session.ts';
import { explainRefusal, type InvokedApi } from './explain-refusal.ts';

/** Whose signature, and for which API. */
interface SignedAccessOptions {
  readonly session: AwsSession;
  readonly api: InvokedApi;
  readonly clock?: Clock;
}

/** The name of API Gateway in signatures. AWS: "Actions … for Amazon API Gateway Management". */
const SERVICE = 'execute-api';

/**
 * Signs each request with Signature Version 4: its method, path and query as they are sent, every
 * header given here, a session's token, and a hash of the body.
 */
export function signedAccess({
  session,
  api,
  clock = systemClock,
}: SignedAccessOptions): ApiAccess {
  const { region } = api;
  const { credentials } = session;
  const signer = new SignatureV4({ service: SERVICE, region, credentials, sha256: Sha256 });
  return {
    authorize: async ({ method, host, path, query, headers, body }) => {
      const { hostname } = new URL(`https://${host}`);
      const request = { method, protocol: 'https:', hostname, path, query: { ...query } };
      const signed = await signer.sign(
        { ...request, headers: { ...headers, host }, body },
        { signingDate: new Date(clock.now()) },
      );
      return signed.headers;
    },
    explain: (refusal, request) => explainRefusal(refusal, request, { session, api, clock }),
    whenSilent: 'is it still deployed, and can this machine reach it?',
  };
}
