import { onAbort } from './on-abort.ts';

/** How long to wait before something is repeated. The longest wait doubles with each repetition. */
export interface BackOff {
  /** The longest wait before the first repetition, milliseconds. */
  readonly firstMs: number;
  /** The upper limit of every wait, milliseconds. @default none */
  readonly maxMs?: number;
}

/** The longest wait before a repetition, milliseconds. `repetition` counts from 1. */
export function longestWaitMs(
  { firstMs, maxMs = Number.POSITIVE_INFINITY }: BackOff,
  repetition: number,
): number {
  return Math.min(maxMs, firstMs * 2 ** (repetition - 1));
}

/**
 * A wait with full jitter, milliseconds: anything from 0 to the longest wait. Callers that failed
 * together do not come back in step.
 */
export function jitteredWaitMs(backOff: BackOff, repetition: number): number {
  return Math.random() * longestWaitMs(backOff, repetition);
}

/**
 * Waits before a repetition, with full jitter.
 *
 * @throws the signal's reason when it is aborted
 */
export async function waitToRepeat(
  backOff: BackOff,
  repetition: number,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, jitteredWaitMs(backOff, repetition));
  const forget = signal && onAbort(signal, () => reject(signal.reason));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    forget?.();
  }
}

/**
 * Hands items to a call that may do only some of them, then hands it the remaining ones again,
 * after a wait, for at most `rounds` rounds.
 *
 * @param send does what it can and returns the items left to do; `round` counts from 1
 * @returns the items left after the last round
 */
export async function repeatForRest<Item>(
  items: readonly Item[],
  send: (pending: readonly Item[], round: number) => Promise<readonly Item[]>,
  { rounds, backOff }: { readonly rounds: number; readonly backOff: BackOff },
): Promise<readonly Item[]> {
  let pending = items;
  for (let round = 1; pending.length > 0 && round <= rounds; round++) {
    if (round > 1) await waitToRepeat(backOff, round - 1);
    pending = await send(pending, round);
  }
  return pending;
}
