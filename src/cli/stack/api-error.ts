import { type InputIssue, LighthouseError } from '../../errors.ts';

/** The stack's API refused a request, or none answers. */
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
    super(details.status === null ? 'stack_unreachable' : 'api_error', message, options);
    this.status = details.status;
    this.issues = details.issues ?? [];
    this.problem = details.problem ?? null;
  }
}
