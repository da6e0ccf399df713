import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { repeatForRest } from '../src/async/back-off.ts';
import { chunksOf } from '../src/async/iterables.ts';
import { mapBounded } from '../src/async/map-bounded.ts';
import { LighthouseError } from '../src/errors.ts';
import type { BatchMessage } from '../src/model/sweep.ts';
import { writeBatchMessage } from '../src/sweeps/check/batch-message.ts';

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
  /** Called with the number of entries that a call left to send again. */
  readonly onResend?: (entries: number) => void;
}

export type SendBatches = (messages: readonly BatchMessage[]) => Promise<void>;

/**
 * Sends batch messages, ten a call and several calls in flight. When a call succeeds in part, only
 * the entries that failed are sent again, after a back-off.
 *
 * @throws {LighthouseError} `send_failed` when entries still fail in the last round
 */
export function createBatchSender(options: BatchSenderOptions): SendBatches {
  return async (messages) => {
    const chunks = [...chunksOf(messages, ENTRIES_PER_CALL)];
    await mapBounded(chunks, CALLS_IN_FLIGHT, (chunk) => sendChunk(options, chunk));
  };
}

async function sendChunk(
  { client, queueUrl, firstBackOffMs = FIRST_BACK_OFF_MS, onResend }: BatchSenderOptions,
  messages: readonly BatchMessage[],
): Promise<void> {
  const entries: SendMessageBatchRequestEntry[] = messages.map((message, index) => ({
    Id: String(index),
    MessageBody: writeBatchMessage(message),
  }));
  let failures: readonly BatchResultErrorEntry[] = [];
  const sendSome = async (pending: readonly SendMessageBatchRequestEntry[], round: number) => {
    if (round > 1) onResend?.(pending.length);
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [...pending] });
    failures = (await client.send(command)).Failed ?? [];
    const hopeless = failures.filter(({ SenderFault }) => SenderFault);
    if (hopeless.length > 0) throw sendFailed(failures, messages, hopeless[0]);
    const failedIds = new Set(failures.map(({ Id }) => Id));
    return pending.filter(({ Id }) => failedIds.has(Id));
  };
  const rounds = { rounds: ROUNDS, backOff: { firstMs: firstBackOffMs } };
  const left = await repeatForRest(entries, sendSome, rounds);
  if (left.length > 0) throw sendFailed(failures, messages, failures[0]);
}

function sendFailed(
  failures: readonly BatchResultErrorEntry[],
  messages: readonly BatchMessage[],
  reason: BatchResultErrorEntry | undefined,
): LighthouseError {
  return new LighthouseError(
    'send_failed',
    `SQS refused ${failures.length} of ${messages.length} batches (${reason?.Code})`,
  );
}
