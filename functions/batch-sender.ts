import { setTimeout as wait } from 'node:timers/promises';
import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { LighthouseError } from '../src/errors.ts';
import type { BatchMessage } from '../src/model/sweep.ts';

/** Entries of one SendMessageBatch ("Amazon SQS message quotas"). */
const ENTRIES_PER_CALL = 10;
/** Calls in flight at once: enough to hide latency, far from any quota. */
const CALLS_IN_FLIGHT = 8;
/** Times the failed entries of one call are sent, the first included. */
const ROUNDS = 6;
const FIRST_BACK_OFF_MS = 50;

export interface BatchSenderOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** Upper bound of the wait before the first resend, milliseconds; doubles. @default 50 */
  readonly firstBackOffMs?: number;
  /** Told how many entries a call left to be sent again. */
  readonly onResend?: (entries: number) => void;
}

export type SendBatches = (messages: readonly BatchMessage[]) => Promise<void>;

/**
 * Sends batch messages, ten a call and several calls in flight. Of a call that succeeds in part
 * only the failed entries are sent again, after a back-off with full jitter.
 *
 * @throws LighthouseError `send_failed` when entries still fail in the last round
 */
export function createBatchSender(options: BatchSenderOptions): SendBatches {
  return async (messages) => {
    const chunks = chunksOf(messages, ENTRIES_PER_CALL);
    const sendFromQueue = async () => {
      for (let chunk = chunks.next(); !chunk.done; chunk = chunks.next()) {
        await sendChunk(options, chunk.value);
      }
    };
    await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, sendFromQueue));
  };
}

async function sendChunk(
  options: BatchSenderOptions,
  messages: readonly BatchMessage[],
): Promise<void> {
  let pending: SendMessageBatchRequestEntry[] = messages.map((message, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify(message),
  }));
  for (let round = 1; pending.length > 0; round++) {
    const { client, queueUrl } = options;
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: pending }),
    );
    const hopeless = Failed.find((failure) => failure.SenderFault);
    if (hopeless || (Failed.length > 0 && round === ROUNDS)) {
      throw new LighthouseError(
        'send_failed',
        `SQS refused ${Failed.length} of ${messages.length} batches (${(hopeless ?? Failed[0])?.Code}).`,
      );
    }
    const failedIds = new Set(Failed.map((failure) => failure.Id));
    pending = pending.filter((entry) => failedIds.has(entry.Id));
    if (pending.length > 0) await backOff(options, round, pending.length);
  }
}

async function backOff(options: BatchSenderOptions, round: number, entries: number): Promise<void> {
  options.onResend?.(entries);
  const ceilingMs = (options.firstBackOffMs ?? FIRST_BACK_OFF_MS) * 2 ** (round - 1);
  await wait(Math.random() * ceilingMs);
}

/** Slices of at most `size` items, made for the limit of a call. */
export function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
