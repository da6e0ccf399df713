import { stringify } from 'csv-stringify/sync';
import type { ResultRecord } from '../../../src/model/result-record.ts';
import { RECORD_COLUMNS, toRecordCells } from '../../../src/model/result-record.ts';

/** The forms results are answered in. */
export const RESULT_FORMATS = ['json', 'csv', 'ndjson'] as const;

/** RFC 4180, with a header row. */
export function toCsv(records: readonly ResultRecord[]): string {
  return stringify([RECORD_COLUMNS, ...records.map(toRecordCells)]);
}

/** One JSON object a line. */
export function toNdjson(records: readonly ResultRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
