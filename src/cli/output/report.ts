import type { ResultRecord } from '../../model/result-record.ts';
import { printable } from '../terminal.ts';
import type { RunSummary } from './run-summary.ts';

/** The result of one accepted line: the record of every machine format. */
export interface LineRecord extends ResultRecord {
  /** The line of the list, counted from 1; null when the results were read without the list. */
  readonly line: number | null;
}

/** One line of the list that was rejected. */
export interface RejectedLine {
  readonly line: number;
  /** A stable code. */
  readonly reason: string;
  /** What is wrong with the line. */
  readonly detail: string;
  /** The line with its credentials redacted. */
  readonly text: string;
}

/** Writes a report while the work goes on. */
export interface ReportWriter {
  writeResult(record: LineRecord): Promise<void>;
  writeRejected(rejected: RejectedLine): Promise<void>;
  /** Writes the summary; the last call. */
  finish(summary: RunSummary): Promise<void>;
  /** Releases what the writer holds when `finish` will not be called. */
  dispose(): Promise<void>;
}

/** The formats of a report. */
export const ReportFormat = {
  table: 'table',
  json: 'json',
  ndjson: 'ndjson',
  csv: 'csv',
} as const;
export type ReportFormat = (typeof ReportFormat)[keyof typeof ReportFormat];

/** The destination of a report, with back-pressure. */
export interface Sink {
  write(text: string): Promise<void>;
  /** Makes what was written permanent. */
  commit(): Promise<void>;
  /** Drops what was written; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** How many rejected lines are shown one by one; the rest is counted. */
const SHOWN_AT_MOST = 20;

/** Lists rejected lines for people when the report itself has no place for them. */
export class RejectionNotices {
  readonly #shown: string[] = [];
  #count = 0;

  add({ line, detail, text }: RejectedLine): void {
    this.#count++;
    if (this.#shown.length < SHOWN_AT_MOST) {
      this.#shown.push(`rejected line ${line}: ${printable(`${detail} (${text})`)}\n`);
    }
  }

  toString(): string {
    const more = this.#count - this.#shown.length;
    return this.#shown.join('') + (more > 0 ? `and ${more} more rejected lines\n` : '');
  }
}
