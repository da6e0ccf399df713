import { Phase } from '../health/health-check-result.ts';
import type { ResultRecord } from '../model/result-record.ts';

type Cell = string | number | null;

const PHASES = Object.values(Phase);

/** A record's fields as the columns of a table; each phase of `timings` has one of its own. */
export const RECORD_COLUMNS: readonly string[] = [
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

/** A record as a row of those columns. */
export function toRecordCells(record: ResultRecord): Cell[] {
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
