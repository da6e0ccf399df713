import { setTimeout as sleep } from 'node:timers/promises';

/** The longest waits before what a batch call left undone is asked for again, milliseconds. */
const BACK_OFF_MS = [50, 100, 200, 400, 800, 1600] as const;

/**
 * Waits before a batch call is repeated for what DynamoDB left unprocessed, with full jitter.
 *
 * @param repetition 0 before the first call, which waits for nothing
 * @throws Error when it has been repeated often enough
 */
export async function backOff(repetition: number): Promise<void> {
  if (repetition === 0) return;
  const limit = BACK_OFF_MS[repetition - 1];
  if (limit === undefined) throw new Error('DynamoDB left items unprocessed after every retry');
  await sleep(Math.random() * limit);
}
