import { formatOf, type ReportFlags } from '../check/check-flags.ts';
import type { Terminal } from '../terminal.ts';
import { openFileSink } from './file-sink.ts';
import { createCsvWriter, createJsonWriter, createNdjsonWriter } from './json-writer.ts';
import type { ProgressLine } from './progress-line.ts';
import type { Sink } from './report.ts';
import { RejectionNotices, ReportFormat, type ReportWriter } from './report.ts';
import type { RunSummary } from './run-summary.ts';
import { createStreamSink } from './stream-sink.ts';
import { formatSummary } from './summary-text.ts';
import { createTableWriter } from './table-writer.ts';

/** A report and its destination. */
export interface ReportOutput {
  readonly writer: ReportWriter;
  /** Writes the rest, makes the file appear and shows people the summary. */
  finish(summary: RunSummary): Promise<void>;
  /** Discards the report; does nothing after `finish`. */
  dispose(): Promise<void>;
}

/**
 * Opens the report that the flags ask for. JSON and the table on standard output contain the
 * summary; with every machine format, and with `--output`, standard error shows it to people.
 *
 * Calls `onClosed` once when the reader of standard output has gone away.
 *
 * @throws {InvalidInputError} when the output file cannot be created
 */
export async function openReport(
  flags: ReportFlags,
  terminal: Terminal,
  { status, onClosed }: { readonly status: ProgressLine; readonly onClosed: () => void },
): Promise<ReportOutput> {
  const format = formatOf(flags);
  const toFile = flags.output !== undefined;
  const sink = toFile
    ? await openFileSink(flags.output)
    : createStreamSink(terminal.stdout, onClosed);
  const summaryInTable = format === ReportFormat.table && !toFile;
  const notices = new RejectionNotices();
  const writer = createWriter(format, clearingStatus(sink, status), {
    colour: terminal.colour && !toFile,
    notices,
  });
  return {
    writer,
    async finish(summary) {
      await writer.finish(summary);
      await sink.commit();
      if (summaryInTable || flags.quiet) return;
      terminal.stderr.write(`${notices}${formatSummary(summary, false)}`);
    },
    async dispose() {
      await writer.dispose();
      await sink.discard();
    },
  };
}

function createWriter(
  format: ReportFormat,
  sink: Sink,
  { colour, notices }: { readonly colour: boolean; readonly notices: RejectionNotices },
): ReportWriter {
  switch (format) {
    case ReportFormat.json:
      return createJsonWriter(sink);
    case ReportFormat.ndjson:
      return createNdjsonWriter(sink, notices);
    case ReportFormat.csv:
      return createCsvWriter(sink, notices);
    case ReportFormat.table:
      return createTableWriter(sink, colour);
  }
}

/** Clears the status line before each row: both may be on the same terminal. */
function clearingStatus(sink: Sink, status: ProgressLine): Sink {
  return {
    write(text) {
      status.clear();
      return sink.write(text);
    },
    commit: () => sink.commit(),
    discard: () => sink.discard(),
  };
}
