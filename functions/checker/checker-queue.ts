import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';

/** What a checker does with the records it cannot complete. */
export interface CheckerQueue {
  /** Makes a record visible again in this many seconds instead of the whole visibility timeout. */
  hide(record: Pick<SQSRecord, 'receiptHandle'>, seconds: number): Promise<void>;
  /** Puts a copy of a record into the dead-letter queue. */
  deadLetter(record: Pick<SQSRecord, 'body'>): Promise<void>;
}

export interface CheckerQueueOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

export function createCheckerQueue(options: CheckerQueueOptions): CheckerQueue {
  const { client, queueUrl, deadLetterQueueUrl } = options;
  return {
    async hide({ receiptHandle }, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }),
      );
    },
    async deadLetter({ body }) {
      const send = new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: body });
      await client.send(send);
    },
  };
}

/** How often a record has been received, this time included; SQS says so with each receive. */
export function receivesOf({ attributes }: Pick<SQSRecord, 'attributes'>): number {
  return Number(attributes.ApproximateReceiveCount);
}
