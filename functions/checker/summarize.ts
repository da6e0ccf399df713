import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSRecord } from 'aws-lambda';
import { NotFoundError } from '../../src/errors.ts';
import type { BatchOutcome } from '../../src/sweeps/check/batch-checker.ts';
import { type Telemetry, toError } from '../telemetry.ts';
import type { DecodedRecord, DecodedRecords } from './decode-records.ts';

export interface CheckerOutcome extends DecodedRecords {
  /** In the order of `decoded`. */
  readonly outcomes: readonly BatchOutcome[];
}

/** Logs and counts what became of each record; returns those that failed. */
export function summarize(telemetry: Telemetry, outcome: CheckerOutcome): readonly SQSRecord[] {
  const { decoded, outcomes, unreadable, newer } = outcome;
  for (const { messageId } of unreadable) {
    telemetry.logger.error('the record is not a batch', { messageId });
  }
  for (const { messageId } of newer) {
    telemetry.logger.error('the record is of a newer version', { messageId });
  }
  const failed = decoded.filter((record, index) => hasFailed(telemetry, record, outcomes[index]));
  count(telemetry, 'BatchesChecked', outcomes.filter((each) => each === 'done').length);
  count(telemetry, 'BatchesResent', outcomes.filter((each) => each === 'resent').length);
  count(telemetry, 'BatchesFailed', failed.length);
  count(telemetry, 'UnreadableRecords', unreadable.length + newer.length);
  return [...unreadable, ...failed.map(({ record }) => record)];
}

function hasFailed(
  { logger }: Telemetry,
  { record, message }: DecodedRecord,
  outcome: BatchOutcome | undefined,
): boolean {
  if (outcome === 'done' || outcome === 'resent') return false;
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

function count({ metrics }: Telemetry, name: string, value: number): void {
  metrics.addMetric(name, MetricUnit.Count, value);
}
