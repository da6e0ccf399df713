import { setTimeout as delay } from 'node:timers/promises';

/** Waits, at most until the signal is aborted; never throws. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Waits with a timer of this process. */
export const waitFor: Wait = async (ms, signal) => {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // Aborted: there is nothing to wait for any more.
  }
};
