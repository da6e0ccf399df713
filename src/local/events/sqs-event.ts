import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { parseJson } from '../http-server.ts';
import { LOCAL_REGION } from '../template/physical-names.ts';

/** The event a function receives for messages of a queue. AWS: "Using Lambda with Amazon SQS". */
export function sqsEvent(messages: readonly Message[], queueArn: string): string {
  return JSON.stringify({
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
          name,
          {
            stringValue: value.StringValue,
            binaryValue: value.BinaryValue && Buffer.from(value.BinaryValue).toString('base64'),
            dataType: value.DataType,
            stringListValues: [],
            binaryListValues: [],
          },
        ]),
      ),
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: LOCAL_REGION,
    })),
  });
}

const responseSchema = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
});

/**
 * The messages of a batch that a function's answer leaves in the queue. An answer that cannot be
 * read, or that names a message outside the batch, fails the whole batch.
 * AWS: "Handling errors for an SQS event source in Lambda", success and failure conditions.
 */
export function failedMessageIds(
  answer: string,
  messageIds: readonly string[],
): ReadonlySet<string> {
  const everything = new Set(messageIds);
  const parsed = responseSchema.nullable().safeParse(parseJson(answer));
  if (!parsed.success) return everything;
  const failed = (parsed.data?.batchItemFailures ?? []).map((item) => item.itemIdentifier);
  return failed.every((id) => everything.has(id)) ? new Set(failed) : everything;
}
