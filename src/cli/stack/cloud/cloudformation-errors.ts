import { CloudFormationServiceException } from '@aws-sdk/client-cloudformation';
import { LighthouseError } from '../../../errors.ts';
import { errnoOf } from '../../errors.ts';
import type { AwsSession } from './aws-session.ts';

/** Which stack to look up, where, and as whom. */
export interface StackQuery {
  readonly stackName: string;
  readonly region: string;
  /** The output to take. @default the only one that ends with `ApiUrl` */
  readonly apiOutput?: string | undefined;
  readonly session: AwsSession;
  readonly signal?: AbortSignal | undefined;
  /** How long the answer may take, repetitions included, ms. @default 20,000 */
  readonly deadlineMs?: number;
}

interface Explanation {
  readonly code: string;
  readonly explain: (query: StackQuery) => string;
}

const DENIED: Explanation = {
  code: 'access_denied',
  explain: ({ stackName, region, session }) => {
    const resource = stackName.startsWith('arn:')
      ? stackName
      : `arn:aws:cloudformation:${region}:*:stack/${stackName}/*`;
    return (
      `${session.named} may not look the stack up: they need cloudformation:DescribeStacks on` +
      ` ${resource}; grant it, or give the address of the API with --api URL`
    );
  },
};

const EXPIRED: Explanation = {
  code: 'expired_credentials',
  explain: ({ session }) => `${session.named} have expired; ${session.renewal}`,
};

const UNKNOWN_KEY: Explanation = {
  code: 'invalid_credentials',
  explain: ({ session }) => `AWS does not know ${session.named}; ${session.renewal}`,
};

const WRONG_SECRET: Explanation = {
  code: 'invalid_credentials',
  explain: ({ session }) =>
    `AWS calculates another signature from ${session.named}, so the secret access key is not that` +
    ` of the access key, or this machine's clock is wrong; ${session.renewal}`,
};

/** By error code. AWS: "CloudFormation API Reference, Common Errors", with the older names. */
const EXPLANATIONS: ReadonlyMap<string, Explanation> = new Map([
  ['AccessDenied', DENIED],
  ['AccessDeniedException', DENIED],
  ['NotAuthorized', DENIED],
  ['ExpiredToken', EXPIRED],
  ['ExpiredTokenException', EXPIRED],
  ['InvalidClientTokenId', UNKNOWN_KEY],
  ['UnrecognizedClientException', UNKNOWN_KEY],
  ['SignatureDoesNotMatch', WRONG_SECRET],
  ['InvalidSignatureException', WRONG_SECRET],
  ['RequestExpired', WRONG_SECRET],
]);

/** What CloudFormation answers for a stack that does not exist. AWS: "DescribeStacks", Errors. */
const NO_SUCH_STACK = 'ValidationError';

/** Turns a failure of DescribeStacks into one sentence; null when there is no such stack. */
export function explainCloudFormation(error: unknown, query: StackQuery): LighthouseError | null {
  if (error instanceof LighthouseError) return error;
  const name = error instanceof Error ? error.name : '';
  if (name === NO_SUCH_STACK) return null;
  const known = EXPLANATIONS.get(name);
  if (known) return new LighthouseError(known.code, known.explain(query), { cause: error });
  const { region } = query;
  if (error instanceof CloudFormationServiceException) {
    const message = `CloudFormation in ${region} answers ${name}: ${error.message}`;
    return new LighthouseError('cloudformation', message, { cause: error });
  }
  return unreachable(query, errnoOf(error) || name || 'unknown reason', error);
}

/** CloudFormation gives no answer. */
export function unreachable({ region }: StackQuery, why: string, cause: unknown): LighthouseError {
  const message = `CloudFormation in ${region} cannot be reached (${why}); check --region and the network`;
  return new LighthouseError('cloudformation_unreachable', message, { cause });
}
