import * as z from 'zod';
import { type InputIssue, LighthouseError } from '../../../errors.ts';

/** The stack's API refused a request, or none answers. */
export class ApiError extends LighthouseError {
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null;
  readonly issues: readonly InputIssue[];

  /**
   * @param details `code`: that of the problem, such as `lease_ended`; @default `stack_unreachable`
   * without an answer, `api_error` for one that does not explain itself
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

/** RFC 9457 problem details, as far as the command line shows them. */
const problemSchema = z.object({
  type: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

/** Turns an error answer of the API into one clear sentence, and keeps the bad fields beside it. */
export function toApiError(status: number, body: string): ApiError {
  const problem = parseProblem(body);
  if (!problem) {
    return new ApiError(`the stack answered ${status} without saying why`, { status });
  }
  const {
    type = '',
    title = `the stack answered ${status}`,
    detail,
    errors: issues = [],
  } = problem;
  const sentence = withIssues(detail ?? '', issues);
  return new ApiError(sentence || title, { status, issues, code: codeOf(type) });
}

/** The sentence, and what is wrong where unless it says so itself. */
function withIssues(sentence: string, issues: readonly InputIssue[]): string {
  const missing = issues.filter(({ detail }) => !sentence.includes(detail));
  if (missing.length === 0) return sentence;
  const list = missing.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`).join('; ');
  return sentence === '' ? list : `${sentence.replace(/\.$/, '')}: ${list}`;
}

/** The code at the end of a type such as `urn:lighthouse:problem:lease_ended`. */
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
