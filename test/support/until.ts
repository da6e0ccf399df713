import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** How long to ask, milliseconds. @default 180000 */
  readonly timeoutMs?: number;
  /** The pause between two calls, milliseconds. @default 100 */
  readonly intervalMs?: number;
}

/**
 * Calls `ask` until its answer is neither null, undefined nor false. Unlike `expect.poll`, it also
 * works outside tests and in concurrent tests.
 *
 * @throws {Error} when there is no such answer within the timeout
 */
export async function until<Answer>(
  ask: () => Promise<Answer | null | undefined | false> | Answer | null | undefined | false,
  { timeoutMs = 180_000, intervalMs = 100 }: UntilOptions = {},
): Promise<Answer> {
  const startedAt = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() - startedAt > timeoutMs) {
      throw new Error(`still no answer after ${timeoutMs} ms: ${ask}`);
    }
    await delay(intervalMs);
  }
}
