import * as z from 'zod';
import { type InputIssue, LighthouseError } from '../../../errors.ts';

/** An error answer of the stack's API, or no answer. */
export class ApiError extends LighthouseError {
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null;
  readonly issues: readonly InputIssue[];

  /**
   * @param details `code` is that of the problem, such as `lease_ended`. @default
   * `stack_unreachable` without an answer, `api_error` for an answer that names no problem
   */
  constructor(
    message: string,
    details: {
      readonly status: number | null;
      readonly issues?: readonly InputIssue[];
      readonly code?: string | undefined;
    },
    options?: ErrorOptions,
  ) {
    const { status, issues = [] } = details;
    const { code = status === null ? 'stack_unreachable' : 'api_error' } = details;
    super(code, message, options);
    this.status = status;
    this.issues = issues;
  }
}

/** The part of RFC 9457 problem details that the command line shows; `message` is API Gateway's. */
const problemSchema = z.object({
  message: z.string().optional(),
  type: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

/** What API Gateway means by a 413 of its own, which says no more than that. */
const TOO_LARGE =
  'the request is too large for the stack: one call takes about 5 MB of text, or 4.4 MB of ' +
  'anything else, such as gzip, which travels as base64; send a longer list in parts';

/** Turns an error answer of the API into an error that also keeps the bad fields. */
export function toApiError(status: number, body: string): ApiError {
  const problem = parseProblem(body);
  if (!problem && status !== 413) {
    return new ApiError(`the stack answered ${status} without saying why`, { status });
  }
  const { type = '', title, detail, errors: issues = [], message } = problem ?? {};
  const why = message === undefined ? '' : `: ${message}`;
  const sentence =
    withIssues(detail ?? (status === 413 ? TOO_LARGE : ''), issues) ||
    title ||
    `the stack answered ${status}${why}`;
  return new ApiError(sentence, { status, issues, code: codeOf(type) });
}

/** Adds to a sentence the issues that it does not mention. */
function withIssues(sentence: string, issues: readonly InputIssue[]): string {
  const missing = issues.filter(({ detail }) => !sentence.includes(detail));
  if (missing.length === 0) return sentence;
  const list = missing.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`).join('; ');
  return sentence === '' ? list : `${sentence.replace(/\.$/, '')}: ${list}`;
}

/** The code of a type such as `urn:lighthouse:problem:lease_ended`; undefined for other types. */
function codeOf(type: string): string | undefined {
  return /^urn:lighthouse:problem:([a-z_]+)$/.exec(type)?.[1];
}

function parseProblem(body: string): z.infer<typeof problemSchema> | null {
  try {
    return problemSchema.parse(JSON.parse(body));
  } catch {
    return null;
  }
}
