import { expect, it } from 'vitest';
import { createCheckerQueue } from '../../../functions/checker/checker-queue.ts';
import { hideFailedRecords } from '../../../functions/checker/hide-failed-records.ts';
import { startScriptedSqs } from '../support/scripted-sqs.ts';

it.each([
  [0, 5],
  [0.5, 18],
  [0.999, 30],
])('hides a failed record for 5 to 30 seconds (%d: %d s)', async (random, seconds) => {
  await using sqs = await startScriptedSqs(() => ({}));
  const queue = createCheckerQueue({ ...sqs, deadLetterQueueUrl: `${sqs.queueUrl}-dead` });
  const records = [{ receiptHandle: 'r-1' }, { receiptHandle: 'r-2' }];
  const unchanged = await hideFailedRecords(queue, records, () => random);
  expect(unchanged).toBe(0);
  expect(
    sqs.calls.map(({ action, body }) => [action, body.ReceiptHandle, body.VisibilityTimeout]),
  ).toEqual([
    ['ChangeMessageVisibility', 'r-1', seconds],
    ['ChangeMessageVisibility', 'r-2', seconds],
  ]);
});

it('counts the records that SQS does not let it hide', async () => {
  await using sqs = await startScriptedSqs(({ body }) => {
    if (body.ReceiptHandle === 'r-2') throw new Error('the receipt handle has expired');
    return {};
  });
  const queue = createCheckerQueue({ ...sqs, deadLetterQueueUrl: `${sqs.queueUrl}-dead` });
  const records = ['r-1', 'r-2', 'r-3'].map((receiptHandle) => ({ receiptHandle }));
  expect(await hideFailedRecords(queue, records)).toBe(1);
});

it('sends a dead letter as it was, to the dead-letter queue alone', async () => {
  await using sqs = await startScriptedSqs(() => ({ MessageId: 'm-1' }));
  const deadLetterQueueUrl = `${sqs.queueUrl}-dead`;
  await createCheckerQueue({ ...sqs, deadLetterQueueUrl }).deadLetter({ body: 'not JSON {' });
  expect(sqs.calls.map(({ action, body }) => [action, body.QueueUrl, body.MessageBody])).toEqual([
    ['SendMessage', deadLetterQueueUrl, 'not JSON {'],
  ]);
});
