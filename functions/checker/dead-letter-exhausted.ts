import type { SQSRecord } from 'aws-lambda';
import type { Storage } from '../../src/storage/storage.ts';
import { addCount, type Telemetry, toError } from '../telemetry.ts';
import { type CheckerQueue, receivesOf } from './checker-queue.ts';
import type { DecodedRecord, DecodedRecords, NewerRecord } from './decode-records.ts';

export interface DeadLetterDependencies {
  readonly storage: Pick<Storage, 'sweeps'>;
  readonly queue: Pick<CheckerQueue, 'deadLetter'>;
  readonly telemetry: Telemetry;
  /** Receives that may fail before a record goes to the dead-letter queue. */
  readonly maxReceives: number;
}

/** A record, the batch it names if it names one, and its sweep as far as that is known. */
type Received = Pick<DecodedRecord, 'record'> & Partial<DecodedRecord> & Partial<NewerRecord>;

/**
 * Moves records that have failed too often to the dead-letter queue, without any work on them: it
 * may be the work that ends the checker. SQS cannot tell a failed receive from one that found no
 * time, so the stack's own redrive policy only counts to a much larger number.
 *
 * @returns the others, and those that are still to be moved because that failed
 */
export async function deadLetterExhausted(
  dependencies: DeadLetterDependencies,
  { decoded, unreadable, newer }: DecodedRecords,
): Promise<{ readonly due: DecodedRecords; readonly unmoved: readonly SQSRecord[] }> {
  const withoutBatch = unreadable.map((record) => ({ record }));
  const received: readonly Received[] = [...decoded, ...newer, ...withoutBatch];
  const exhausted = new Set<SQSRecord>();
  const unmoved: SQSRecord[] = [];
  await Promise.all(
    received.map(async (each) => {
      if (!(await isExhausted(dependencies, each))) return;
      exhausted.add(each.record);
      if (!(await move(dependencies, each))) unmoved.push(each.record);
    }),
  );
  const { metrics } = dependencies.telemetry;
  addCount(metrics, 'BatchesDeadLettered', exhausted.size - unmoved.length);
  const due = {
    decoded: decoded.filter(({ record }) => !exhausted.has(record)),
    unreadable: unreadable.filter((record) => !exhausted.has(record)),
    newer: newer.filter(({ record }) => !exhausted.has(record)),
  };
  return { due, unmoved };
}

/** Whether as many receives as allowed have failed; false when that cannot be found out now. */
async function isExhausted(
  { storage, maxReceives, telemetry }: DeadLetterDependencies,
  { record, message, sweepId = message?.sweepId }: Received,
): Promise<boolean> {
  const earlier = receivesOf(record) - 1;
  if (!(earlier >= maxReceives)) return false;
  if (sweepId === undefined) return true;
  const { messageId } = record;
  try {
    const deferrals = await storage.sweeps.readDeferrals(sweepId, messageId);
    const deferred = [...deferrals].filter((receive) => receive <= earlier).length;
    return earlier - deferred >= maxReceives;
  } catch (error) {
    telemetry.logger.warn('cannot tell how often a batch failed', {
      messageId,
      error: toError(error),
    });
    return false;
  }
}

async function move(
  { queue, telemetry: { logger } }: DeadLetterDependencies,
  { record, message }: Received,
): Promise<boolean> {
  const { messageId } = record;
  const { sweepId, poolName, bits } = message ?? {};
  const about = { messageId, receives: receivesOf(record), sweepId, poolName, bits };
  try {
    await queue.deadLetter(record);
    logger.error('the record failed too often and is in the dead-letter queue', about);
    return true;
  } catch (error) {
    logger.error('a record cannot be put into the dead-letter queue', {
      ...about,
      error: toError(error),
    });
    return false;
  }
}
