import { stringify } from 'csv-stringify/sync';
import { Phase } from '../../health/health-check-result.ts';
import type { RejectionNotices } from './rejection-notices.ts';
import type { LineRecord, ReportWriter } from './report.ts';
import type { Sink } from './sink.ts';

const PHASES = Object.values(Phase);

/** The record's fields in order; each phase of `timings` has a column of its own. */
const COLUMNS = [
  'line',
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
] as const;

/** RFC 4180 with a header row; rejected lines are told as notices. */
export function createCsvWriter(sink: Sink, notices: RejectionNotices): ReportWriter {
  let heading = stringify([COLUMNS]);
  const writeHeading = async (): Promise<void> => {
    if (heading) await sink.write(heading);
    heading = '';
  };
  return {
    async writeResult(record) {
      await writeHeading();
      await sink.write(stringify([cellsOf(record)]));
    },
    async writeRejected(rejected) {
      notices.add(rejected);
    },
    finish: writeHeading,
    async dispose() {},
  };
}

function cellsOf(record: LineRecord): (string | number | null)[] {
  const timings = record.timings ?? {};
  return [
    record.line,
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
    ...PHASES.map((phase) => timings[phase] ?? null),
    record.checkedAt,
    record.errorMessage,
  ];
}
