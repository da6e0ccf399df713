import { formatOf, type ReportFlags } from '../check/check-flags.ts';
import type { Terminal } from '../terminal.ts';
import { openFileSink } from './file-sink.ts';
import { createCsvWriter, createJsonWriter, createNdjsonWriter } from './json-writer.ts';
import type { Sink } from './report.ts';
import { RejectionNotices, ReportFormat, type ReportWriter } from './report.ts';
import type { RunSummary } from './run-summary.ts';
import type { ProgressLine } from './status-line.ts';
import { createStreamSink } from './stream-sink.ts';
import { formatSummary } from './summary-text.ts';
import { createTableWriter } from './table-writer.ts';

/** A report with the place it goes to. */
export interface ReportOutput {
  readonly writer: ReportWriter;
  /** Writes what is left, makes the file appear, and shows the summary to people. */
  finish(summary: RunSummary): Promise<void>;
  /** Gives up the report, or does nothing after `finish`. */
  dispose(): Promise<void>;
}

/**
 * Opens the report a command was asked for. The summary is part of the table on standard output
 * and of JSON; people get it on standard error with every machine format and with `--output`.
 *
 * `onClosed` is called once when the reader of standard output has gone away.
 *
 * @throws InvalidInputError when the output file cannot be created
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

/** Rows and the status line may share a terminal: the line goes before a row comes. */
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
