import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { CheckDependencies } from '../../src/sweeps/check/batch-checker.ts';
import { checkBatches } from '../../src/sweeps/check/check-batches.ts';
import { addCount, telemetryMiddlewares } from '../telemetry.ts';
import type { CheckerQueue } from './checker-queue.ts';
import { type DeadLetterDependencies, deadLetterExhausted } from './dead-letter-exhausted.ts';
import { decodeRecords } from './decode-records.ts';
import { createDefer } from './defer-records.ts';
import { hideFailedRecords } from './hide-failed-records.ts';
import { summarize } from './summarize.ts';

export interface CheckerDependencies
  extends CheckDependencies,
    Pick<DeadLetterDependencies, 'maxReceives' | 'telemetry'> {
  readonly queue: CheckerQueue;
}

/**
 * Checks the batches of up to ten records. Those that find no time are given back. Failed records
 * are reported one by one and soon become visible again, and after a number of failures they go to
 * the dead-letter queue. A record that is not a batch always fails. So does one that needs a newer
 * version, but it is hidden for the whole visibility timeout each time: a deploy may be under way.
 */
export function createCheckerHandler(dependencies: CheckerDependencies) {
  return middy<SQSEvent, SQSBatchResponse, Error, Context>()
    .use(telemetryMiddlewares(dependencies.telemetry))
    .handler((event, context) => check(dependencies, event.Records, context));
}

async function check(
  dependencies: CheckerDependencies,
  records: readonly SQSRecord[],
  context: Context,
): Promise<SQSBatchResponse> {
  const { telemetry, queue } = dependencies;
  const remainingMs = () => context.getRemainingTimeInMillis();
  using stop = stopInTime(remainingMs());
  const { due, unmoved } = await deadLetterExhausted(dependencies, decodeRecords(records));
  const messages = due.decoded.map(({ message }) => message);
  const defer = createDefer(dependencies, due.decoded);
  const invocation = { remainingMs, signal: stop.signal, defer };
  const outcomes = await checkBatches(dependencies, messages, invocation);
  const { failed, tooNew, deferred } = summarize(telemetry, { ...due, outcomes });
  const toHide = [...unmoved, ...failed];
  const unchanged = await hideFailedRecords(queue, toHide);
  addCount(telemetry.metrics, 'VisibilityChangesFailed', unchanged);
  // A deferred record is reported too: Lambda deletes those that are not.
  const undone = [...toHide, ...tooNew, ...deferred];
  return { batchItemFailures: undone.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** The most time of an invocation that is kept for reporting failures, milliseconds. */
const MAX_RESERVE_MS = 2_000;

/** The share of a short invocation that is kept: half of what batches keep for reads and writes. */
const RESERVED_SHARE = 1 / 8;

/** A signal that aborts shortly before the function is stopped; dispose of it when done. */
export function stopInTime(remainingMs: number): Disposable & { readonly signal: AbortSignal } {
  const reserveMs = Math.min(MAX_RESERVE_MS, remainingMs * RESERVED_SHARE);
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error('the checker is about to be stopped')),
    Math.max(0, remainingMs - reserveMs),
  );
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
