import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { IncompatibleError } from '../../src/errors.ts';
import type { CheckDependencies } from '../../src/sweeps/check/batch-checker.ts';
import { checkBatches } from '../../src/sweeps/check/check-batches.ts';
import type { Runtime } from '../runtime.ts';
import { telemetryMiddlewares } from '../telemetry.ts';
import { decodeRecords } from './decode-records.ts';
import { type CheckerOutcome, summarize } from './summarize.ts';

export interface CheckerDependencies extends CheckDependencies, Pick<Runtime, 'telemetry'> {
  /** Makes failed records visible again soon; returns how many it could not change. */
  readonly hideRecords: (records: readonly SQSRecord[]) => Promise<number>;
}

/**
 * Checks the batches of up to ten records. Failed records are reported one by one and soon become
 * visible again. A record that is not a batch fails until it is in the dead-letter queue. So does one
 * that needs a newer version, but it is hidden for the whole visibility timeout each time: a deploy
 * may be under way.
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
  const { decoded, unreadable, newer } = decodeRecords(records);
  const remainingMs = () => context.getRemainingTimeInMillis();
  using stop = stopInTime(remainingMs());
  const outcomes = await checkBatches(
    dependencies,
    decoded.map(({ message }) => message),
    { remainingMs, signal: stop.signal },
  );
  const outcome = { decoded, outcomes, unreadable, newer };
  const failed = [...summarize(dependencies.telemetry, outcome), ...newer];
  const waiting = awaitNewerVersion(outcome);
  const soon = failed.filter((record) => !waiting.has(record));
  const unchanged = soon.length > 0 ? await dependencies.hideRecords(soon) : 0;
  dependencies.telemetry.metrics.addMetric('VisibilityChangesFailed', MetricUnit.Count, unchanged);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** The records that only a newer version of the checker can check. */
function awaitNewerVersion({ decoded, outcomes, newer }: CheckerOutcome): ReadonlySet<SQSRecord> {
  const failed = decoded.filter((_, index) => {
    const outcome = outcomes[index];
    return typeof outcome === 'object' && outcome.failed instanceof IncompatibleError;
  });
  return new Set([...newer, ...failed.map(({ record }) => record)]);
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
