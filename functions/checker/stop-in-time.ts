/** Kept of the invocation's time for reporting what failed, at most, milliseconds. */
const MAX_RESERVE_MS = 2_000;

/** The part of a short invocation kept: half of what batches keep for reads and writes. */
const RESERVED_SHARE = 1 / 8;

/** A signal that aborts shortly before the function is stopped; dispose of it when done. */
export function stopInTime(remainingMs: number): Disposable & { readonly signal: AbortSignal } {
  const reserveMs = Math.min(MAX_RESERVE_MS, remainingMs * RESERVED_SHARE);
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error('The checker is about to be stopped.')),
    Math.max(0, remainingMs - reserveMs),
  );
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
