import { stringify } from 'csv-stringify/sync';
import { RECORD_COLUMNS, toRecordCells } from '../../model/result-record.ts';
import type { RejectionNotices } from './rejection-notices.ts';
import type { ReportWriter, Sink } from './report.ts';

/** RFC 4180 with a header row; rejected lines are told as notices. */
export function createCsvWriter(sink: Sink, notices: RejectionNotices): ReportWriter {
  let heading = stringify([['line', ...RECORD_COLUMNS]]);
  const writeHeading = async (): Promise<void> => {
    if (heading) await sink.write(heading);
    heading = '';
  };
  return {
    async writeResult(record) {
      await writeHeading();
      await sink.write(stringify([[record.line, ...toRecordCells(record)]]));
    },
    async writeRejected(rejected) {
      notices.add(rejected);
    },
    finish: writeHeading,
    async dispose() {},
  };
}
