import { type InputIssue, LighthouseError } from '../../errors.ts';

/**
 * The stack's API refused a request, or none answers. Its code is that of the problem,
 * `stack_unreachable` without an answer, `api_error` for one that explains nothing.
 */
export class ApiError extends LighthouseError {
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null;
  readonly issues: readonly InputIssue[];
  /** The stable code of the problem, such as `lease_ended`; null when none was told. */
  readonly problem: string | null;

  constructor(
    message: string,
    details: {
      readonly status: number | null;
      readonly issues?: readonly InputIssue[];
      readonly problem?: string | null;
    },
    options?: ErrorOptions,
  ) {
    const { status, issues = [], problem = null } = details;
    super(problem ?? (status === null ? 'stack_unreachable' : 'api_error'), message, options);
    this.status = status;
    this.issues = issues;
    this.problem = problem;
  }
}
