import { expect } from 'vitest';
import { createBatchSender } from '../../../functions/batch-sender.ts';
import { writeBatchMessage } from '../../../src/sweeps/check/batch-message.ts';
import type { Rule } from '../support/rules.ts';
import { type QueueService, TestQueue } from './test-queue.ts';

/** Bytes of a message, and of all messages of one call ("Amazon SQS message quotas"). */
const MAX_BYTES = 1024 * 1024;
/** Seconds for which a message can be hidden at most (the same page). */
const MAX_VISIBILITY_SECONDS = 43_200;

/** What the functions, and the local stack, assume of SQS. */
export function describeQueueRules(service: QueueService, rule: Rule): void {
  describeSending(service, rule);
  describeVisibility(service, rule);
  describeDeletion(service, rule);
  describeDeadLetters(service, rule);
}

function describeSending(service: QueueService, rule: Rule): void {
  rule('delivers what the batch sender sends, each message once', async () => {
    const queue = await TestQueue.create(service);
    const messages = Array.from({ length: 25 }, (_, index) => ({
      sweepId: '019b0001-0000-7000-8000-000000000000',
      poolName: 'fleet',
      bits: index.toString(2).padStart(5, '0'),
      deadlineAt: '2026-01-15T13:00:00.000Z',
    }));
    await createBatchSender({ client: service.client, queueUrl: queue.url })(messages);
    const bodies: string[] = [];
    while (bodies.length < messages.length) {
      const received = await queue.receive(1);
      if (received.length === 0) break;
      bodies.push(...received.map(({ Body = '' }) => Body));
    }
    expect(bodies.sort()).toEqual(messages.map(writeBatchMessage).sort());
  });

  rule('delivers the attributes of a message with it', async () => {
    const queue = await TestQueue.create(service);
    await queue.send('batch', { format: { DataType: 'Number', StringValue: '1' } });
    expect((await queue.receiveOne()).MessageAttributes).toMatchObject({
      format: { DataType: 'Number', StringValue: '1' },
    });
  });

  rule('takes ten messages in one call and no more', async () => {
    const queue = await TestQueue.create(service);
    const bodies = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);
    const { Successful } = await queue.sendBatch(bodies(10));
    expect(Successful?.map(({ Id }) => Id)).toEqual(bodies(10).map((_, index) => `${index}`));
    await expect(queue.sendBatch(bodies(11))).rejects.toMatchObject({
      name: expect.stringMatching(/TooManyEntriesInBatchRequest$/),
    });
  });

  rule('takes a message of 1 MiB and no more', async () => {
    const queue = await TestQueue.create(service, { MaximumMessageSize: String(MAX_BYTES) });
    await queue.send('x'.repeat(MAX_BYTES));
    await expect(queue.send('x'.repeat(MAX_BYTES + 1))).rejects.toThrow();
  });

  rule('takes 1 MiB in one call and no more', async () => {
    const queue = await TestQueue.create(service, { MaximumMessageSize: String(MAX_BYTES) });
    const half = 'x'.repeat(MAX_BYTES / 2);
    await queue.sendBatch([half, half]);
    await expect(queue.sendBatch([half, `${half}x`])).rejects.toMatchObject({
      name: expect.stringMatching(/BatchRequestTooLong$/),
    });
  });

  rule('refuses one message of a call and takes the others', async () => {
    const queue = await TestQueue.create(service);
    // U+0000 is not among the characters that a message may have ("SendMessage", API reference).
    const { Successful, Failed } = await queue.sendBatch(['good', '\u0000', 'better']);
    expect(Successful?.map(({ Id }) => Id)).toEqual(['0', '2']);
    expect(Failed).toEqual([expect.objectContaining({ Id: '1', SenderFault: true })]);
  });
}

function describeVisibility(service: QueueService, rule: Rule): void {
  rule('hides a received message, and counts its receives when it is given back', async () => {
    const queue = await TestQueue.create(service);
    await queue.send('batch');
    const ids = new Set<string | undefined>();
    for (const receives of ['1', '2', '3']) {
      const message = await queue.receiveOne();
      ids.add(message.MessageId);
      expect(message.Attributes).toMatchObject({
        ApproximateReceiveCount: receives,
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      });
      expect(await queue.receive()).toEqual([]);
      await queue.hide(message, 0);
    }
    expect(ids.size).toBe(1);
  });

  rule('keeps a message hidden for as long as it is told to', async () => {
    const queue = await TestQueue.create(service, { VisibilityTimeout: '1' });
    await queue.send('batch');
    await queue.hide(await queue.receiveOne(), 600);
    // Longer than the queue's own timeout.
    expect(await queue.receive(2)).toEqual([]);
    expect(await queue.count()).toEqual({ visible: 0, hidden: 1 });
  });

  rule('gives several messages back in one call, and names those it could not', async () => {
    const queue = await TestQueue.create(service);
    await queue.sendBatch(['a', 'b', 'c']);
    const received = await receiveAll(queue, 3);
    const [first = '', ...others] = received.map(({ ReceiptHandle = '' }) => ReceiptHandle);
    const { Successful, Failed } = await queue.hideBatch([...others, 'no handle'], 0);
    expect(Successful?.map(({ Id }) => Id).sort()).toEqual(['0', '1']);
    expect(Failed).toEqual([expect.objectContaining({ Id: '2', SenderFault: true })]);
    const again = await receiveAll(queue, 2);
    expect(again.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(['2', '2']);
    expect(again.map(({ ReceiptHandle }) => ReceiptHandle)).not.toContain(first);
  });

  rule(
    'changes the visibility of several messages at once, and refuses a false handle',
    async () => {
      const queue = await TestQueue.create(service);
      await queue.sendBatch(['a', 'b']);
      const received = await receiveAll(queue, 2);
      await Promise.all(received.map((message, index) => queue.hide(message, 5 + index)));
      await expect(queue.hide({ ReceiptHandle: 'no handle' }, 5)).rejects.toThrow();
      expect(await queue.count()).toEqual({ visible: 0, hidden: 2 });
    },
  );

  rule('refuses to hide a message for more than 12 hours', async () => {
    const queue = await TestQueue.create(service);
    await queue.send('batch');
    const message = await queue.receiveOne();
    await expect(queue.hide(message, MAX_VISIBILITY_SECONDS + 1)).rejects.toThrow();
  });
}

function describeDeletion(service: QueueService, rule: Rule): void {
  rule('deletes a message, and succeeds when that is repeated', async () => {
    const queue = await TestQueue.create(service);
    await queue.send('batch');
    const message = await queue.receiveOne();
    await queue.delete(message);
    await queue.delete(message);
    expect(await queue.count()).toEqual({ visible: 0, hidden: 0 });
  });

  rule('deletes several messages in one call, and names those it could not', async () => {
    const queue = await TestQueue.create(service);
    await queue.sendBatch(['a', 'b']);
    const handles = (await receiveAll(queue, 2)).map(({ ReceiptHandle = '' }) => ReceiptHandle);
    const { Successful, Failed } = await queue.deleteBatch([...handles, 'no handle']);
    expect(Successful).toHaveLength(2);
    expect(Failed).toEqual([expect.objectContaining({ Id: '2', SenderFault: true })]);
    expect(await queue.count()).toEqual({ visible: 0, hidden: 0 });
  });

  rule('answers a long poll as soon as there is a message', async () => {
    const queue = await TestQueue.create(service);
    const startedAt = performance.now();
    const polled = queue.receive(20);
    await queue.send('batch');
    expect(await polled).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });
}

function describeDeadLetters(service: QueueService, rule: Rule): void {
  const setUp = async (maxReceiveCount: number) => {
    const deadLetters = await TestQueue.create(service);
    const queue = await TestQueue.create(service, {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }),
    });
    return { queue, deadLetters };
  };

  rule('moves a message to the dead-letter queue at the receive after the last', async () => {
    const { queue, deadLetters } = await setUp(2);
    await queue.send('batch');
    for (const _receive of [1, 2]) await queue.hide(await queue.receiveOne(), 0);
    expect((await deadLetters.count()).visible).toBe(0);
    expect(await queue.receive()).toEqual([]);
    expect(await deadLetters.receiveOne()).toMatchObject({ Body: 'batch' });
    expect(await queue.count()).toEqual({ visible: 0, hidden: 0 });
  });

  rule(
    'counts the receives of a message that was moved from one, not from where it was',
    async () => {
      const { queue, deadLetters } = await setUp(1);
      await queue.send('batch');
      await queue.hide(await queue.receiveOne(), 0);
      expect(await queue.receive()).toEqual([]);
      const dead = await deadLetters.receiveOne();
      await queue.send(dead.Body ?? '');
      await deadLetters.delete(dead);
      expect((await queue.receiveOne()).Attributes?.ApproximateReceiveCount).toBe('1');
    },
  );
}

/** SQS may deliver what it has in several calls ("Amazon SQS short and long polling"). */
async function receiveAll(queue: TestQueue, count: number) {
  const received = [...(await queue.receive(1))];
  while (received.length < count) {
    const more = await queue.receive(1);
    if (more.length === 0) throw new Error(`${received.length} of ${count} messages are visible`);
    received.push(...more);
  }
  return received;
}
