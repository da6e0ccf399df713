import type { ResultRecord } from '../../model/result-record.ts';
import { printable } from '../terminal.ts';
import type { RunSummary } from './run-summary.ts';

/** One accepted line with what its probe found: the record of every machine format. */
export interface LineRecord extends ResultRecord {
  /** The line of the list, counted from 1; null when the list is not at hand. */
  readonly line: number | null;
}

/** One line of the list that is not a proxy. */
export interface RejectedLine {
  readonly line: number;
  /** A stable code. */
  readonly reason: string;
  /** One sentence. */
  readonly detail: string;
  /** The line, credentials redacted. */
  readonly text: string;
}

/** A report being written while the work goes on. */
export interface ReportWriter {
  writeResult(record: LineRecord): Promise<void>;
  writeRejected(rejected: RejectedLine): Promise<void>;
  /** Called once, last. */
  finish(summary: RunSummary): Promise<void>;
  /** Releases what the writer holds when `finish` will not be called. */
  dispose(): Promise<void>;
}

/** The forms a report may have. */
export const ReportFormat = {
  table: 'table',
  json: 'json',
  ndjson: 'ndjson',
  csv: 'csv',
} as const;
export type ReportFormat = (typeof ReportFormat)[keyof typeof ReportFormat];

/** Where a report is written to, with back-pressure. */
export interface Sink {
  write(text: string): Promise<void>;
  /** Everything is written: make it last. */
  commit(): Promise<void>;
  /** The report is not wanted after all; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Rejected lines that are told one by one; the rest is counted. */
const TOLD_AT_MOST = 20;

/** Tells people which lines were rejected where the report itself has no place for them. */
export class RejectionNotices {
  readonly #told: string[] = [];
  #count = 0;

  add({ line, detail, text }: RejectedLine): void {
    this.#count++;
    if (this.#told.length < TOLD_AT_MOST) {
      this.#told.push(`rejected line ${line}: ${printable(`${detail} (${text})`)}\n`);
    }
  }

  toString(): string {
    const more = this.#count - this.#told.length;
    return this.#told.join('') + (more > 0 ? `and ${more} more rejected lines\n` : '');
  }
}
