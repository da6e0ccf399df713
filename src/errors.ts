/** One thing wrong with an input: where it is (RFC 6901 JSON pointer) and what would be right. */
export interface InputIssue {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * The base of every error that Lighthouse throws. Callers branch on `code`, which is stable; the
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

/** Something that the caller named does not exist (a pool, a sweep, a proxy). */
export class NotFoundError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('not_found', message, options);
  }
}

/** The request is valid but the current state forbids it (a sweep already runs, a lost race). */
export class ConflictError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('conflict', message, options);
  }
}

/**
 * Another version has stored or sent something that this one cannot use. Nothing is changed, so that
 * a version which can use it finds it as it was.
 */
export class IncompatibleError extends LighthouseError {
  readonly issues: readonly InputIssue[];

  constructor(message: string, issues: readonly InputIssue[] = [], options?: ErrorOptions) {
    super('incompatible', message, options);
    this.issues = issues;
  }
}

/** The storage takes no more of this now; the same call may succeed later. */
export class BusyError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('busy', message, options);
  }
}

/** The lease is over or was released, or its proxy was taken out of use. */
export class LeaseEndedError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('lease_ended', message, options);
  }
}

/** No proxy of the pool is both suitable and free. */
export class NoProxyAvailableError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('no_proxy_available', message, options);
  }
}

/** The stack cannot run on this machine; the message says why. */
export class LocalStackError extends LighthouseError {
  constructor(message: string, options?: ErrorOptions) {
    super('local_stack', message, options);
  }
}
