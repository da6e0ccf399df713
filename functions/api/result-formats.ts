import { stringify } from 'csv-stringify/sync';
import { Phase } from '../../src/health/health-check-result.ts';
import type { ResultRecord } from '../../src/sweeps/result-record.ts';

/** The forms results are answered in. */
export const RESULT_FORMATS = ['json', 'csv', 'ndjson'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

const PHASES = Object.values(Phase);

/** A record's fields in order; each phase of `timings` has a column of its own. */
const COLUMNS = [
  'proxy',
  'proxyId',
  'protocol',
  'status',
  'latencyMs',
  'statusCode',
  'attempts',
  'failure',
  'blame',
  'failedPhase',
  ...PHASES.map((phase) => `timings.${phase}`),
  'checkedAt',
  'errorMessage',
];

/** RFC 4180, with a header row. */
export function toCsv(records: readonly ResultRecord[]): string {
  return stringify([COLUMNS, ...records.map(toRow)]);
}

/** One JSON object a line. */
export function toNdjson(records: readonly ResultRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

function toRow(record: ResultRecord): (string | number | null)[] {
  return [
    record.proxy,
    record.proxyId,
    record.protocol,
    record.status,
    record.latencyMs,
    record.statusCode,
    record.attempts,
    record.failure,
    record.blame,
    record.failedPhase,
    ...PHASES.map((phase) => record.timings?.[phase] ?? null),
    record.checkedAt,
    record.errorMessage,
  ];
}
