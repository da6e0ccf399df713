import { describe, expect, it } from 'vitest';
import { createBatchSender } from '../../functions/batch-sender.ts';
import type { BatchMessage } from '../../src/model/sweep.ts';
import { type SqsCall, startScriptedSqs } from './support/scripted-sqs.ts';

describe('the batch sender', () => {
  it('sends ten messages a call, each once', async () => {
    await using sqs = await startScriptedSqs(allAccepted);
    await createBatchSender(sqs)(messages(64));
    expect(sqs.calls.map(({ body }) => body.Entries.length).sort()).toEqual([
      10, 10, 10, 10, 10, 10, 4,
    ]);
    expect(new Set(bitsSent(sqs.calls)).size).toBe(64);
  });

  it('makes no call when there are no messages', async () => {
    await using sqs = await startScriptedSqs(allAccepted);
    await createBatchSender(sqs)([]);
    expect(sqs.calls).toEqual([]);
  });

  it('FAULTS 35: sends again only the entries that failed', async () => {
    await using sqs = await startScriptedSqs((call, ordinal) =>
      ordinal === 1 ? refusing(call, ['3', '7'], false) : allAccepted(call),
    );
    const resent: number[] = [];
    const send = createBatchSender({
      ...sqs,
      firstBackOffMs: 1,
      onResend: (entries) => resent.push(entries),
    });
    const sent = messages(10);
    await send(sent);
    expect(sqs.calls).toHaveLength(2);
    expect(bitsSent(sqs.calls.slice(1))).toEqual([sent[3]?.bits, sent[7]?.bits]);
    expect(resent).toEqual([2]);
  });

  it('gives up on entries that keep failing, naming the code', async () => {
    await using sqs = await startScriptedSqs((call) => refusing(call, ['0'], false));
    const send = createBatchSender({ ...sqs, firstBackOffMs: 1 });
    await expect(send(messages(2))).rejects.toMatchObject({
      code: 'send_failed',
      message: 'SQS refused 1 of 2 batches (Throttled)',
    });
    expect(sqs.calls).toHaveLength(6);
  });

  it('does not repeat an entry that SQS says can never succeed', async () => {
    await using sqs = await startScriptedSqs((call) => refusing(call, ['0'], true));
    await expect(createBatchSender(sqs)(messages(1))).rejects.toMatchObject({
      code: 'send_failed',
    });
    expect(sqs.calls).toHaveLength(1);
  });
});

function messages(count: number): BatchMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    sweepId: '018f0000-0000-7000-8000-000000000000',
    poolName: 'pool',
    bits: index.toString(2).padStart(6, '0'),
    deadlineAt: '2026-01-01T00:00:00.000Z',
  }));
}

function bitsSent(calls: readonly SqsCall[]): string[] {
  return calls.flatMap(({ body }) =>
    body.Entries.map((entry: { MessageBody: string }) => JSON.parse(entry.MessageBody).bits),
  );
}

function allAccepted(call: SqsCall) {
  return refusing(call, [], false);
}

function refusing({ body }: SqsCall, refused: readonly string[], senderFault: boolean) {
  const ids: string[] = body.Entries.map(({ Id }: { Id: string }) => Id);
  return {
    Successful: ids
      .filter((id) => !refused.includes(id))
      .map((id) => ({ Id: id, MessageId: id, MD5OfMessageBody: '' })),
    Failed: ids
      .filter((id) => refused.includes(id))
      .map((id) => ({ Id: id, SenderFault: senderFault, Code: 'Throttled' })),
  };
}
