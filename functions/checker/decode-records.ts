import type { SQSRecord } from 'aws-lambda';
import { InvalidInputError } from '../../src/errors.ts';
import type { BatchMessage } from '../../src/model/sweep.ts';
import { parseBatchMessage } from '../../src/sweeps/check/batch-message.ts';

/** A record and the batch it names. */
export interface DecodedRecord {
  readonly record: SQSRecord;
  readonly message: BatchMessage;
}

/** The records of one invocation; those that are not a batch are kept apart. */
export interface DecodedRecords {
  readonly decoded: readonly DecodedRecord[];
  readonly unreadable: readonly SQSRecord[];
}

/** Reads the batch that each record names. */
export function decodeRecords(records: readonly SQSRecord[]): DecodedRecords {
  const decoded: DecodedRecord[] = [];
  const unreadable: SQSRecord[] = [];
  for (const record of records) {
    try {
      decoded.push({ record, message: parseBatchMessage(record.body) });
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      unreadable.push(record);
    }
  }
  return { decoded, unreadable };
}
