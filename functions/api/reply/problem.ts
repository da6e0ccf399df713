import { STATUS_CODES } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import {
  IncompatibleError,
  type InputIssue,
  InvalidInputError,
  LighthouseError,
  NoProxyAvailableError,
} from '../../../src/errors.ts';
import type { AcquireBody } from '../request/lease-schemas.ts';

interface HttpProblemOptions {
  readonly status: number;
  /** Sent besides `content-type`. @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A failure that has an HTTP status of its own. */
export class HttpProblem extends LighthouseError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, detail: string, { status, headers = {} }: HttpProblemOptions) {
    super(code, detail);
    this.status = status;
    this.headers = headers;
  }
}

/** The request body, or what it asks for, is larger than one request may be. */
export function tooLarge(detail: string): HttpProblem {
  return new HttpProblem('too_large', detail, { status: 413 });
}

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  invalid_input: 400,
  not_found: 404,
  conflict: 409,
  incompatible: 409,
  lease_ended: 409,
  no_proxy_available: 409,
};

/** A problem document (RFC 9457, section 3.1). */
interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Each fault of the input, or of the stored policy, by its JSON pointer; absent if none applies. */
  readonly errors?: readonly InputIssue[];
}

/** Whether the caller can fix an error; otherwise it is a failure of the service. */
export function isCallersProblem(error: unknown): boolean {
  return statusOf(error) < 500;
}

/** The problem document for an error; an unforeseen error shows no details. */
export function toProblemReply(error: unknown): APIGatewayProxyStructuredResultV2 {
  const status = statusOf(error);
  const foreseen = error instanceof LighthouseError && status < 500;
  const document: ProblemDocument = {
    type: `urn:lighthouse:problem:${foreseen ? error.code : 'internal_error'}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: foreseen
      ? error.message
      : 'something failed on our side; the logs have it under the request id',
    ...(hasIssues(error) && error.issues.length > 0 && { errors: error.issues }),
  };
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      ...(error instanceof HttpProblem && error.headers),
    },
    body: JSON.stringify(document),
  };
}

function hasIssues(error: unknown): error is InvalidInputError | IncompatibleError {
  return error instanceof InvalidInputError || error instanceof IncompatibleError;
}

function statusOf(error: unknown): number {
  if (error instanceof HttpProblem) return error.status;
  return error instanceof LighthouseError ? (STATUS_OF_CODE[error.code] ?? 500) : 500;
}

/** The error that says which proxies were asked for, and what to try instead. */
export function noProxyAvailable(
  poolName: string,
  wish: Omit<AcquireBody, 'consumer'>,
): NoProxyAvailableError {
  const { filters, allowSlow, allowUnknown, notBlockedOn } = wish;
  const statuses = ['active', ...(allowSlow ? ['slow'] : []), ...(allowUnknown ? ['unknown'] : [])];
  const narrowed = Object.keys(filters).length > 0;
  const asked = [
    `pool "${poolName}" has no free proxy that is ${statuses.join(' or ')}`,
    ...(narrowed ? [`fits ${JSON.stringify(filters)}`] : []),
    ...(notBlockedOn === undefined ? [] : [`is not blocked on ${notBlockedOn}`]),
  ];
  const remedies = [
    ...(narrowed ? ['ask for less in filters'] : []),
    ...(allowSlow ? [] : ['take slow ones too (allowSlow)']),
    ...(allowUnknown ? [] : ['take ones never probed too (allowUnknown)']),
    'sweep the pool',
    'or wait until a lease ends',
  ];
  return new NoProxyAvailableError(`${asked.join(' and ')}; ${remedies.join(', ')}`);
}
