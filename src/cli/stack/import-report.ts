import type { ListCounts } from '../../proxies/list-tally.ts';
import type { RejectedLine } from '../output/report.ts';
import { printable } from '../terminal.ts';

/** How many rejected lines are shown one by one; the rest is counted. */
const SHOWN_REJECTIONS = 100;

/** What became of each line of an imported list. */
export interface ImportReport extends ListCounts {
  readonly pool: string;
  readonly added: number;
  readonly existing: number;
  /** Requests that were sent again; proxies of theirs may count as existing though they are new. */
  readonly repeated: number;
  /** The columns, keys and kinds of cells of which nothing was kept. */
  readonly ignoredColumns: readonly string[];
  /** The first rejected lines. */
  readonly rejections: readonly RejectedLine[];
}

/**
 * The first rejected lines of a list. Those that the stack refuses become known after lines that
 * come later in the list.
 */
export class FirstRejections {
  readonly #lines: RejectedLine[] = [];

  /** Ordered by line. */
  get lines(): readonly RejectedLine[] {
    return this.#lines;
  }

  /** Keeps a line if it is among the first so far. */
  add(rejected: RejectedLine): void {
    const after = this.#lines.findLastIndex(({ line }) => line <= rejected.line);
    this.#lines.splice(after + 1, 0, rejected);
    if (this.#lines.length > SHOWN_REJECTIONS) this.#lines.pop();
  }
}

/** Formats a report for people. */
export function formatReport(report: ImportReport): string {
  const { read, accepted, duplicate, skipped, rejected, added, existing, rejections } = report;
  const shown = rejections.map(({ line, detail, text }) => `  line ${line}: ${detail} (${text})`);
  if (rejected > rejections.length) shown.push(`  and ${rejected - rejections.length} more`);
  if (report.ignoredColumns.length > 0) {
    shown.push(`columns not kept: ${report.ignoredColumns.join(', ')}`);
  }
  const again = report.repeated === 0 ? '' : describeRepeated(report.repeated);
  return [
    `${read} read: ${accepted} accepted, ${duplicate} duplicate, ${skipped} skipped, ${rejected} rejected`,
    `${added} added, ${existing} already there${again}`,
    ...shown.map(printable),
    '',
  ].join('\n');
}

function describeRepeated(count: number): string {
  const requests = count === 1 ? '1 request was' : `${count} requests were`;
  return ` (${requests} sent again, and may have added some of these)`;
}
