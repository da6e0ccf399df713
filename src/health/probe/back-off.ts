import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthCheckOptions } from '../health-check-options.ts';

/** The longest pause before the second attempt; doubled for each one after. Milliseconds. */
const BASE_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1000;

/** The longest pause after this attempt, counted from 1. */
function longestPauseMs(attempt: number): number {
  return Math.min(MAX_PAUSE_MS, BASE_PAUSE_MS * 2 ** (attempt - 1));
}

/**
 * Waits before another attempt, with full jitter: anything between nothing and the longest pause,
 * so that the probes of one fleet do not come back in step.
 *
 * @throws the reason of the caller's abort
 */
export async function pauseBeforeRetry(attempt: number, signal?: AbortSignal): Promise<void> {
  const pauseMs = Math.random() * longestPauseMs(attempt);
  await sleep(pauseMs, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw signal?.reason ?? error;
  });
}

/** The longest one probe can take with these options, pauses included, milliseconds. */
export function probeBudgetMs({
  attempts,
  timeoutMs,
}: Pick<HealthCheckOptions, 'attempts' | 'timeoutMs'>): number {
  let budgetMs = attempts * timeoutMs;
  for (let attempt = 1; attempt < attempts; attempt++) budgetMs += longestPauseMs(attempt);
  return budgetMs;
}
