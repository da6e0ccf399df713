import type { SQSRecord } from 'aws-lambda';
import { IncompatibleError, NotFoundError } from '../../src/errors.ts';
import type { BatchOutcome } from '../../src/sweeps/check/batch-checker.ts';
import { addCount, type Telemetry, toError } from '../telemetry.ts';
import type { DecodedRecord, DecodedRecords } from './decode-records.ts';

export interface CheckerOutcome extends DecodedRecords {
  /** In the order of `decoded`. */
  readonly outcomes: readonly BatchOutcome[];
}

/** The records that must stay in the queue. */
export interface UndoneRecords {
  readonly failed: readonly SQSRecord[];
  /** Those that only a newer version of the checker can check. */
  readonly tooNew: readonly SQSRecord[];
  readonly deferred: readonly SQSRecord[];
}

/** Logs and counts what became of each record; returns those that have to be delivered again. */
export function summarize(telemetry: Telemetry, outcome: CheckerOutcome): UndoneRecords {
  const { decoded, outcomes, unreadable, newer } = outcome;
  const { metrics } = telemetry;
  for (const { messageId } of unreadable) {
    telemetry.logger.error('the record is not a batch', { messageId });
  }
  for (const { record } of newer) {
    const { messageId } = record;
    telemetry.logger.error('the record is of a newer version', { messageId });
  }
  const failed = [...unreadable];
  const tooNew = newer.map(({ record }) => record);
  const deferred: SQSRecord[] = [];
  for (const [index, each] of decoded.entries()) {
    const found = outcomes[index];
    if (found === 'deferred') deferred.push(each.record);
    else if (hasFailed(telemetry, each, found)) {
      const isTooNew = typeof found === 'object' && found.failed instanceof IncompatibleError;
      (isTooNew ? tooNew : failed).push(each.record);
    }
  }
  const unread = unreadable.length + newer.length;
  addCount(metrics, 'BatchesChecked', outcomes.filter((each) => each === 'done').length);
  addCount(metrics, 'BatchesDeferred', deferred.length);
  addCount(metrics, 'BatchesFailed', failed.length + tooNew.length - unread);
  addCount(metrics, 'UnreadableRecords', unread);
  return { failed, tooNew, deferred };
}

function hasFailed(
  { logger }: Telemetry,
  { record, message }: DecodedRecord,
  outcome: BatchOutcome | undefined,
): boolean {
  if (outcome === 'done' || outcome === 'deferred') return false;
  const { sweepId, poolName, bits } = message;
  const { messageId, attributes } = record;
  if (outcome?.failed instanceof NotFoundError) {
    logger.warn('the sweep or pool of the batch is gone', { sweepId, poolName, bits });
    return false;
  }
  const receives = attributes.ApproximateReceiveCount;
  const error = toError(outcome?.failed);
  logger.error('batch failed', { messageId, receives, sweepId, poolName, bits, error });
  return true;
}
