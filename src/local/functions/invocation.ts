/** Why an invocation failed, in the form of Lambda's own error payload. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** The answer or the error of one invocation. */
export type InvocationOutcome = { readonly requestId: string } & (
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly error: FunctionError }
);

/** A named function that can be invoked. */
export interface Invocable {
  readonly settings: { readonly name: string };
  invoke(payload: string): Promise<InvocationOutcome>;
}

/** A message from the runtime in a function's process. */
export type RuntimeMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'init-error'; readonly error: FunctionError }
  | { readonly type: 'result'; readonly requestId: string; readonly payload: string }
  | { readonly type: 'error'; readonly requestId: string; readonly error: FunctionError };

/** A message to the runtime in a function's process. */
export interface RuntimeInvocation {
  readonly requestId: string;
  /** The event as JSON text. */
  readonly payload: string;
  readonly functionArn: string;
  /** The wall-clock instant at which the invocation is cut off, epoch milliseconds. */
  readonly deadlineAtMs: number;
}

/** The largest synchronous event or answer, bytes. AWS: "Lambda quotas", invocation payload. */
export const MAX_SYNCHRONOUS_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** The largest asynchronous event, bytes. AWS: "Lambda quotas", invocation payload. */
export const MAX_ASYNCHRONOUS_PAYLOAD_BYTES = 1024 * 1024;
