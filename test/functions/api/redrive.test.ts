import { describe, expect, it } from 'vitest';
import { createRedrive } from '../../../functions/api/redrive.ts';
import { startApi } from '../support/api.ts';
import { type SqsCall, startScriptedSqs } from '../support/scripted-sqs.ts';

/** A dead-letter queue and a queue in arrays; `refuse` makes sends fail. */
async function startQueues(count: number, refuse: (body: string) => boolean = () => false) {
  const dead = Array.from({ length: count }, (_, n) => ({ id: `m${n}`, hidden: false }));
  const alive: string[] = [];
  const order: string[] = [];
  const actions: Readonly<Record<string, (body: SqsCall['body']) => unknown>> = {
    ReceiveMessage: ({ MaxNumberOfMessages }) => {
      const visible = dead.filter(({ hidden }) => !hidden).slice(0, MaxNumberOfMessages);
      for (const message of visible) message.hidden = true;
      return { Messages: visible.map(({ id }) => ({ Body: id, ReceiptHandle: id })) };
    },
    SendMessage: ({ MessageBody }) => {
      if (refuse(MessageBody)) throw new Error('refused');
      order.push(`send ${MessageBody}`);
      alive.push(MessageBody);
      return { MessageId: MessageBody };
    },
    DeleteMessage: ({ ReceiptHandle }) => {
      order.push(`delete ${ReceiptHandle}`);
      dead.splice(
        dead.findIndex(({ id }) => id === ReceiptHandle),
        1,
      );
      return {};
    },
  };
  const sqs = await startScriptedSqs(({ action, body }) => actions[action]?.(body));
  const failures: unknown[] = [];
  const redrive = createRedrive({
    client: sqs.client,
    deadLetterQueueUrl: `${sqs.queueUrl}-dead`,
    queueUrl: sqs.queueUrl,
    onFailed: (error) => failures.push(error),
  });
  return { sqs, dead, alive, order, failures, redrive };
}

describe('a redrive', () => {
  it('moves every message, each sent before it is deleted', async () => {
    const { sqs, dead, alive, order, redrive } = await startQueues(23);
    await using _ = sqs;
    expect(await redrive()).toEqual({ moved: 23, more: false });
    expect(dead).toEqual([]);
    expect(new Set(alive).size).toBe(23);
    expect(alive).toHaveLength(23);
    for (const id of alive) {
      expect(order.indexOf(`send ${id}`)).toBeLessThan(order.indexOf(`delete ${id}`));
    }
    const to = (action: string) =>
      new Set(sqs.calls.filter((call) => call.action === action).map((call) => call.body.QueueUrl));
    expect(to('SendMessage')).toEqual(new Set([sqs.queueUrl]));
    expect(to('ReceiveMessage')).toEqual(new Set([`${sqs.queueUrl}-dead`]));
    expect(to('DeleteMessage')).toEqual(new Set([`${sqs.queueUrl}-dead`]));
  });

  it('moves a bounded number per call, and the rest with the next calls', async () => {
    const { sqs, dead, redrive } = await startQueues(501);
    await using _ = sqs;
    expect(await redrive()).toEqual({ moved: 500, more: true });
    expect(dead).toHaveLength(1);
    expect(await redrive()).toEqual({ moved: 1, more: false });
    expect(await redrive()).toEqual({ moved: 0, more: false });
  });
});

describe('a redrive of messages the queue refuses', () => {
  it('leaves them in the dead-letter queue, moves the others, and says so', async () => {
    const { sqs, dead, alive, failures, redrive } = await startQueues(12, (id) => id === 'm3');
    await using _ = sqs;
    expect(await redrive()).toEqual({ moved: 11, more: true });
    expect(dead).toEqual([{ id: 'm3', hidden: true }]);
    expect(alive).not.toContain('m3');
    expect(failures.map(String)).toEqual([expect.stringContaining('refused')]);
  });
});

describe('POST /redrive', () => {
  it('answers with how many messages it moved', async () => {
    const { post, telemetry } = startApi();
    const { status, json } = await post('/redrive', '');
    expect([status, json]).toEqual([200, { moved: 3, more: false }]);
    expect(telemetry.metrics.recorded).toMatchObject({ MessagesRedriven: 3 });
  });

  it('takes no query', async () => {
    expect((await startApi().post('/redrive?limit=1', '')).status).toBe(400);
  });

  it('shows no details of a queue that fails', async () => {
    const { post, faults } = startApi();
    faults.redrive = true;
    const { status, text } = await post('/redrive', '');
    expect(status).toBe(500);
    expect(text).not.toContain('no such queue');
  });
});
