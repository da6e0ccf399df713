import { longestWaitMs, waitToRepeat } from '../../async/back-off.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';

/** The pause between two attempts of one probe. */
const BETWEEN_ATTEMPTS = { firstMs: 100, maxMs: 1000 };

/**
 * Waits before another attempt, with full jitter.
 *
 * @param attempt the one that failed, counted from 1
 * @throws {unknown} when the signal is aborted: its reason
 */
export function pauseBeforeRetry(attempt: number, signal?: AbortSignal): Promise<void> {
  return waitToRepeat(BETWEEN_ATTEMPTS, attempt, signal);
}

/** The longest that one probe can take with these options, pauses included, milliseconds. */
export function probeBudgetMs({
  attempts,
  timeoutMs,
}: Pick<HealthCheckOptions, 'attempts' | 'timeoutMs'>): number {
  let budgetMs = attempts * timeoutMs;
  for (let attempt = 1; attempt < attempts; attempt++) {
    budgetMs += longestWaitMs(BETWEEN_ATTEMPTS, attempt);
  }
  return budgetMs;
}
