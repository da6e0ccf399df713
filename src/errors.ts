/** One thing wrong with an input: where it is (RFC 6901 JSON pointer) and what would be right. */
export interface InputIssue {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * Base of every error Lighthouse throws. `code` is stable and is what callers branch on; the
 * message names what is wrong, its value (redacted) and what would be right.
 */
export class LighthouseError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An input that cannot be used: options out of range, a malformed body, a wrong flag. */
export class InvalidInputError extends LighthouseError {
  readonly issues: readonly InputIssue[];

  constructor(message: string, issues: readonly InputIssue[] = [], options?: ErrorOptions) {
    super('invalid_input', message, options);
    this.issues = issues;
  }
}

/** Something named by the caller does not exist (a pool, a sweep, a proxy). */
export class NotFoundError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('not_found', message, options);
  }
}

/** The request is sound but the current state forbids it (a sweep already runs, a lost race). */
export class ConflictError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('conflict', message, options);
  }
}

/** A lease that was to be renewed is over, was released, or its proxy was taken out of use. */
export class LeaseEndedError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('lease_ended', message, options);
  }
}

/** No proxy of a pool fits and is free. */
export class NoProxyAvailableError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('no_proxy_available', message, options);
  }
}

/** The stack cannot run on this machine; the message says what stands in the way. */
export class LocalStackError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('local_stack', message, options);
  }
}
