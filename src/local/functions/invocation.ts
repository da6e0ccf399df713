/** Why an invocation failed, as Lambda's own error payload says it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What came of one invocation. */
export type InvocationOutcome = { readonly requestId: string } & (
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly error: FunctionError }
);

/** Something that takes events by name. */
export interface Invocable {
  readonly settings: { readonly name: string };
  invoke(payload: string): Promise<InvocationOutcome>;
}

/** What the runtime in a function's process sends. */
export type RuntimeMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'init-error'; readonly error: FunctionError }
  | { readonly type: 'result'; readonly requestId: string; readonly payload: string }
  | { readonly type: 'error'; readonly requestId: string; readonly error: FunctionError };

/** What the runtime in a function's process is sent. */
export interface RuntimeInvocation {
  readonly requestId: string;
  /** The event as JSON text. */
  readonly payload: string;
  readonly functionArn: string;
  /** Wall-clock instant at which the invocation is cut off, epoch milliseconds. */
  readonly deadlineAtMs: number;
}

/** Largest synchronous event or answer, bytes. AWS: "Lambda quotas", invocation payload. */
export const MAX_SYNCHRONOUS_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Largest asynchronous event, bytes. AWS: "Lambda quotas", invocation payload. */
export const MAX_ASYNCHRONOUS_PAYLOAD_BYTES = 1024 * 1024;
