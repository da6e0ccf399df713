import type { SQSRecord } from 'aws-lambda';
import type { CheckerQueue } from './checker-queue.ts';

/** How long a failed record stays hidden, seconds: a range, so that not all return at once. */
const LEAST_SECONDS = 5;
const MOST_SECONDS = 30;

/**
 * Makes failed records visible again in 5 to 30 seconds instead of the whole visibility timeout.
 * Returns how many could not be changed; those wait longer.
 *
 * @param random a number from 0 up to 1
 */
export async function hideFailedRecords(
  queue: Pick<CheckerQueue, 'hide'>,
  records: readonly Pick<SQSRecord, 'receiptHandle'>[],
  random: () => number = Math.random,
): Promise<number> {
  const outcomes = await Promise.allSettled(
    records.map((record) => {
      const seconds = LEAST_SECONDS + Math.floor(random() * (MOST_SECONDS - LEAST_SECONDS + 1));
      return queue.hide(record, seconds);
    }),
  );
  return outcomes.filter(({ status }) => status === 'rejected').length;
}
