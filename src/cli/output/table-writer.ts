import { type Colour, paint, printable } from '../terminal.ts';
import type { LineRecord, RejectedLine, ReportWriter, Sink } from './report.ts';
import { formatSummary, VERDICT_COLOURS } from './summary-text.ts';

const STATUS_COLOURS: Readonly<Record<string, Colour>> = { ...VERDICT_COLOURS, rejected: 'dim' };

/** Rows align while they stream: every width is fixed except the last. */
const COLUMNS = [
  { title: 'LINE', width: 7, align: 'right' },
  { title: 'STATUS', width: 14, align: 'left' },
  { title: 'LATENCY', width: 9, align: 'right' },
  { title: 'HTTP', width: 4, align: 'right' },
  { title: 'FAILURE', width: 24, align: 'left' },
  { title: 'BLAME', width: 12, align: 'left' },
  { title: 'PROXY', width: 0, align: 'left' },
] as const;

const TITLES = COLUMNS.map(({ title }) => title);
const STATUS_COLUMN = 1;

/** Writes rows for people, in the order the probes end, and then the summary. */
export function createTableWriter(sink: Sink, colour: boolean): ReportWriter {
  let begun = false;
  const writeRow = async (cells: readonly string[], status: string): Promise<void> => {
    const heading = begun ? '' : `${paint(layOut(TITLES), 'bold', colour)}\n`;
    begun = true;
    await sink.write(`${heading}${layOut(cells, status, colour)}\n`);
  };
  return {
    writeResult: (record) => writeRow(resultCells(record), record.status),
    writeRejected: (rejected) => writeRow(rejectedCells(rejected), 'rejected'),
    async finish(run) {
      await sink.write(`${begun ? '\n' : ''}${formatSummary(run, colour)}`);
    },
    async dispose() {},
  };
}

function resultCells(record: LineRecord): string[] {
  return [
    record.line === null ? '-' : String(record.line),
    record.skipped ? `(${record.status})` : record.status,
    `${Math.round(record.latencyMs)} ms`,
    record.statusCode === null ? '-' : String(record.statusCode),
    record.failure ?? '-',
    record.blame ?? '-',
    printable(record.proxy ?? `(deleted) ${record.proxyId}`),
  ];
}

function rejectedCells(rejected: RejectedLine): string[] {
  const { line, reason, text } = rejected;
  return [String(line), 'rejected', '-', '-', reason, 'list', printable(text)];
}

function layOut(cells: readonly string[], status = '', colour = false): string {
  const padded = COLUMNS.map(({ width, align }, index) => {
    const cell = cells[index] ?? '';
    const text = align === 'right' ? cell.padStart(width) : cell.padEnd(width);
    const meaning = index === STATUS_COLUMN ? STATUS_COLOURS[status] : undefined;
    return meaning ? paint(text, meaning, colour) : text;
  });
  return padded.join('  ').trimEnd();
}
