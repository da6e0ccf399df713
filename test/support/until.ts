import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** @default 60000 */
  readonly timeoutMs?: number;
  /** @default 100 */
  readonly intervalMs?: number;
}

/**
 * Asks again and again until the answer is one: neither null, undefined nor false. Unlike
 * `expect.poll` it also works outside of tests, and in tests that run at once.
 */
export async function until<Answer>(
  ask: () => Promise<Answer | null | undefined | false> | Answer | null | undefined | false,
  { timeoutMs = 60_000, intervalMs = 100 }: UntilOptions = {},
): Promise<Answer> {
  const startedAt = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() - startedAt > timeoutMs) {
      throw new Error(`not so after ${timeoutMs} ms: ${ask.toString()}`);
    }
    await delay(intervalMs);
  }
}
