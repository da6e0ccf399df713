/** Kept of the invocation's time for reporting what failed, milliseconds. */
const RESERVE_MS = 2_000;

/** A signal that aborts shortly before the function is stopped; dispose of it when done. */
export function stopInTime(remainingMs: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error('The checker is about to be stopped.')),
    Math.max(0, remainingMs - RESERVE_MS),
  );
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
