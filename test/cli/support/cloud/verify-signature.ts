import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { sign } from 'aws4';

/** Keys that a caller signs with. */
export interface CallerKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request as it came off the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** For which service and region a signature must be. */
export interface SignatureScope {
  readonly service: string;
  readonly region: string;
}

const MUST_BE_SIGNED = ['host', 'x-amz-date', 'x-amz-security-token'];

/** How old a signature may be, ms ("Signing AWS API requests"). */
const MAX_AGE_MS = 300_000;

/**
 * Verifies a signature with aws4, which shares no code with the AWS SDK, over what arrived.
 *
 * @returns why it is refused; null when it is right
 */
export function refusalOf(
  { method, target, headers, body }: ReceivedRequest,
  keys: CallerKeys,
  { service, region }: SignatureScope,
): string | null {
  const { authorization = '' } = headers;
  const names = /SignedHeaders=([^,]*)/.exec(authorization)?.[1]?.split(';') ?? [];
  const unsigned = MUST_BE_SIGNED.filter((name) => name in headers && !names.includes(name));
  if (unsigned.length > 0) return `${unsigned} is not signed`;
  const hash = headers['x-amz-content-sha256'];
  if (hash !== undefined && hash !== createHash('sha256').update(body).digest('hex')) {
    return 'the hash is not that of the body';
  }
  if (Math.abs(Date.now() - timeOf(headers)) > MAX_AGE_MS) return 'the signature is too old';
  const signed = names.map((name) => [name, headers[name]]);
  const expected = sign(
    {
      ...{ method, path: target, body, service, region },
      headers: Object.fromEntries(signed),
      // Those that aws4 would add of its own.
      ...{ extraHeadersToIgnore: ignoredUnless(names, ['content-length', 'content-type']) },
    },
    keys,
  );
  return expected.headers?.Authorization === authorization ? null : 'the signature does not match';
}

function timeOf({ 'x-amz-date': stamp = '' }: IncomingHttpHeaders): number {
  const iso = String(stamp).replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    '$1-$2-$3T$4:$5:$6Z',
  );
  return Date.parse(iso);
}

function ignoredUnless(names: readonly string[], added: readonly string[]) {
  return Object.fromEntries(added.filter((name) => !names.includes(name)).map((n) => [n, true]));
}
