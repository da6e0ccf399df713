import { stringify } from 'csv-stringify/sync';
import { RECORD_COLUMNS, toRecordCells } from '../../model/result-record.ts';
import { RejectedSpool } from './rejected-spool.ts';
import type { LineRecord, RejectionNotices, ReportWriter, Sink } from './report.ts';

/**
 * Writes `{ "results": […], "rejected": […], "summary": {…} }` as the results come. The summary is
 * known last and stands last, so no result waits for it.
 */
export function createJsonWriter(sink: Sink): ReportWriter {
  const spool = new RejectedSpool();
  let separator = '{"results":[\n';
  return {
    async writeResult(record: LineRecord) {
      await sink.write(separator + JSON.stringify(record));
      separator = ',\n';
    },
    async writeRejected({ line, reason, detail, text }) {
      await spool.add(JSON.stringify({ line, reason, detail, text }));
    },
    async finish(summary) {
      await sink.write(separator === ',\n' ? '\n],' : '{"results":[],');
      separator = '\n"rejected":[\n';
      for await (const rejected of spool.read()) {
        await sink.write(separator + rejected);
        separator = ',\n';
      }
      await sink.write(separator === ',\n' ? '\n],' : '\n"rejected":[],');
      await sink.write(`\n"summary":${JSON.stringify(summary)}}\n`);
      await spool.dispose();
    },
    dispose: () => spool.dispose(),
  };
}

/** Writes one record per line; rejected lines become notices. */
export function createNdjsonWriter(sink: Sink, notices: RejectionNotices): ReportWriter {
  return {
    writeResult: (record) => sink.write(`${JSON.stringify(record)}\n`),
    async writeRejected(rejected) {
      notices.add(rejected);
    },
    async finish() {},
    async dispose() {},
  };
}

/** Writes CSV (RFC 4180) with a header row; rejected lines become notices. */
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
