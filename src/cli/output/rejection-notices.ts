import { printable } from '../terminal.ts';
import type { RejectedLine } from './report.ts';

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
