import { expect, it } from 'vitest';
import { hideFailedRecords } from '../../../functions/checker/hide-failed-records.ts';
import { startScriptedSqs } from '../support/scripted-sqs.ts';

it.each([
  [0, 5],
  [0.5, 18],
  [0.999, 30],
])('hides a failed record for 5 to 30 seconds (%d: %d s)', async (random, seconds) => {
  await using sqs = await startScriptedSqs(() => ({}));
  const unchanged = await hideFailedRecords({ ...sqs, random: () => random }, [
    { receiptHandle: 'r-1' },
    { receiptHandle: 'r-2' },
  ]);
  expect(unchanged).toBe(0);
  expect(
    sqs.calls.map(({ action, body }) => [action, body.ReceiptHandle, body.VisibilityTimeout]),
  ).toEqual([
    ['ChangeMessageVisibility', 'r-1', seconds],
    ['ChangeMessageVisibility', 'r-2', seconds],
  ]);
});
