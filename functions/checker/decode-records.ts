import type { SQSRecord } from 'aws-lambda';
import { IncompatibleError, InvalidInputError } from '../../src/errors.ts';
import type { BatchMessage } from '../../src/model/sweep.ts';
import { isSweepId } from '../../src/model/sweep-id.ts';
import { parseBatchMessage } from '../../src/sweeps/check/batch-message.ts';

/** A record and the batch it names. */
export interface DecodedRecord {
  readonly record: SQSRecord;
  readonly message: BatchMessage;
}

/** A record of a newer format. */
export interface NewerRecord {
  readonly record: SQSRecord;
  /** As far as this version can tell, for how often it was given back; absent when it cannot. */
  readonly sweepId?: string;
}

/** The records of one invocation; those that are not a batch are kept apart. */
export interface DecodedRecords {
  readonly decoded: readonly DecodedRecord[];
  readonly unreadable: readonly SQSRecord[];
  /** Batches that only a later version of the checker can check. */
  readonly newer: readonly NewerRecord[];
}

/** Reads the batch that each record names. */
export function decodeRecords(records: readonly SQSRecord[]): DecodedRecords {
  const decoded: DecodedRecord[] = [];
  const unreadable: SQSRecord[] = [];
  const newer: NewerRecord[] = [];
  for (const record of records) {
    try {
      decoded.push({ record, message: parseBatchMessage(record.body) });
    } catch (error) {
      if (error instanceof IncompatibleError) newer.push({ record, ...findSweepId(record.body) });
      else if (error instanceof InvalidInputError) unreadable.push(record);
      else throw error;
    }
  }
  return { decoded, unreadable, newer };
}

function findSweepId(body: string): Pick<NewerRecord, 'sweepId'> {
  const { sweepId } = Object(JSON.parse(body));
  return isSweepId(String(sweepId)) ? { sweepId: String(sweepId) } : {};
}
