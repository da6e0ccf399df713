import { CloudFormationServiceException } from '@aws-sdk/client-cloudformation';
import { LighthouseError } from '../../../errors.ts';
import { errnoOf } from '../../errors.ts';
import { type AwsSession, partitionOf } from './aws-session.ts';
import { describeRefusedCredentials } from './refused-credentials.ts';

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

/** AWS: "CloudFormation API Reference, Common Errors", with the older names. */
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'NotAuthorized']);

function describeDenied({ stackName, region, session }: StackQuery): string {
  const resource = stackName.startsWith('arn:')
    ? stackName
    : `arn:${partitionOf(region)}:cloudformation:${region}:*:stack/${stackName}/*`;
  return (
    `${session.named} may not look the stack up: they need cloudformation:DescribeStacks on` +
    ` ${resource}; grant it, or give the address of the API with --api URL`
  );
}

/** What CloudFormation answers for a stack that does not exist. AWS: "DescribeStacks", Errors. */
const NO_SUCH_STACK = 'ValidationError';

/** Turns a failure of DescribeStacks into one sentence; null when there is no such stack. */
export function explainCloudFormation(error: unknown, query: StackQuery): LighthouseError | null {
  if (error instanceof LighthouseError) return error;
  const name = error instanceof Error ? error.name : '';
  if (name === NO_SUCH_STACK) return null;
  if (DENIED.has(name)) {
    return new LighthouseError('access_denied', describeDenied(query), { cause: error });
  }
  const { region, session } = query;
  const refused = describeRefusedCredentials(name, session);
  if (refused) return new LighthouseError(refused.code, refused.message, { cause: error });
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
