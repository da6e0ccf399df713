import * as z from 'zod';
import type { Clock } from '../../../clock.ts';
import { hideLeaseId, type Refusal, type WireRequest } from '../client/api-access.ts';
import { ApiError } from '../client/api-error.ts';
import type { AwsSession } from './aws-session.ts';
import { describeRefusedCredentials } from './refused-credentials.ts';

/** An API as the ARN of a permission names it; `*` for what is not known. */
export interface InvokedApi {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly apiId: string;
  readonly stage: string;
  /** What stands before the routes in the address. */
  readonly basePath: string;
}

interface Caller {
  readonly session: AwsSession;
  readonly api: InvokedApi;
  readonly clock: Clock;
}

/** What API Gateway answers to callers that it refuses. */
const messageSchema = z.looseObject({
  message: z.string().optional(),
  Message: z.string().optional(),
});

/** How far a signature's time may be off, ms. AWS: "Signing AWS API requests", five minutes. */
const MAX_SKEW_MS = 300_000;

/** How much of what API Gateway says is repeated, characters. */
const MAX_MESSAGE_LENGTH = 300;

/**
 * Explains a 403 that comes from API Gateway and not from the stack; null for every other answer.
 * An HTTP API says only `Forbidden`, whatever the reason; then a clock that is off comes first.
 */
export function explainRefusal(
  { status, headers, body }: Refusal,
  request: WireRequest,
  { session, api, clock }: Caller,
): ApiError | null {
  if (status !== 403) return null;
  const said = messageOf(body);
  const refuse = (code: string, message: string) => new ApiError(message, { status, code });
  const skewMs = skewOf(headers.date, clock);
  const isLate = said !== null && /signature (?:has )?expired|not yet current/i.test(said);
  if (isLate || Math.abs(skewMs) > MAX_SKEW_MS) return refuse('clock_skew', describeSkew(skewMs));
  const type = String(headers['x-amzn-errortype'] ?? '').split(':', 1)[0] ?? '';
  const refused = describeRefusedCredentials(type, session);
  if (refused) return refuse(refused.code, refused.message);
  const needed = `execute-api:Invoke on ${resourceOf(request, api)}`;
  const words = said === null ? '' : ` ("${said}")`;
  return refuse(
    'access_denied',
    `AWS refuses ${session.named}${words}: they need ${needed}; grant it, or give other credentials with` +
      ' --profile',
  );
}

/** AWS: "Control access for invoking an API", the resource of `execute-api:Invoke`. */
function resourceOf(
  { method, path }: WireRequest,
  { partition, region, account, apiId, stage, basePath }: InvokedApi,
): string {
  const route = hideLeaseId(path.slice(basePath.length), '*');
  return `arn:${partition}:execute-api:${region}:${account}:${apiId}/${stage}/${method}${route}`;
}

/** How far this machine's clock is ahead of the one that answered, ms; 0 when it does not say. */
function skewOf(date: Refusal['headers'][string], clock: Clock): number {
  const theirs = Date.parse(String(date));
  return Number.isNaN(theirs) ? 0 : clock.now() - theirs;
}

function describeSkew(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const amount = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
  const where = `${amount} ${skewMs < 0 ? 'behind' : 'ahead of'} that of AWS`;
  return `AWS refuses the signature because of its time: this machine's clock is ${where}; set the clock`;
}

/** The first line of the message: the next ones may repeat the headers, and paths have lease ids. */
function messageOf(body: string): string | null {
  try {
    const { message, Message } = messageSchema.parse(JSON.parse(body));
    const [line] = (message ?? Message ?? '').split('\n', 1);
    return line ? hideLeaseId(line, '*').slice(0, MAX_MESSAGE_LENGTH) : null;
  } catch {
    return null;
  }
}
