import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';

/** How long a failed record stays hidden, seconds: a range, so that not all return at once. */
const LEAST_SECONDS = 5;
const MOST_SECONDS = 30;

export interface HideFailedRecordsOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** A number from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * Makes failed records visible again in 5 to 30 seconds instead of the whole visibility timeout.
 * Returns how many could not be changed; those wait longer.
 */
export async function hideFailedRecords(
  { client, queueUrl, random = Math.random }: HideFailedRecordsOptions,
  records: readonly Pick<SQSRecord, 'receiptHandle'>[],
): Promise<number> {
  const outcomes = await Promise.allSettled(
    records.map(({ receiptHandle }) =>
      client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout:
            LEAST_SECONDS + Math.floor(random() * (MOST_SECONDS - LEAST_SECONDS + 1)),
        }),
      ),
    ),
  );
  return outcomes.filter(({ status }) => status === 'rejected').length;
}
