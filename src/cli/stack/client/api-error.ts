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
