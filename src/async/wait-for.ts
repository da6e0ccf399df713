import { setTimeout as delay } from 'node:timers/promises';
import type { Wait } from '../leases/hold/held-lease.ts';

/** Waits by a timer of the process. */
export const waitFor: Wait = async (ms, signal) => {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // Aborted: there is nothing to wait for any more.
  }
};
