import type { ListEntry } from '../../list-entry.ts';
import { RejectionReason, reject } from '../../rejection.ts';
import type { Entries } from '../entry-maker.ts';
import { REDACTED } from '../redact.ts';
import { isTooLong, LineSplitter, MAX_LINE_BYTES } from './line-splitter.ts';

/** Reads one list, chunk by chunk. */
export interface EntryReader {
  push(chunk: string): Iterable<ListEntry>;
  /** Reads what remains when the list has ended. */
  end(): Iterable<ListEntry>;
}

/** Turns one line, neither blank nor too long, into entries. */
export type ReadLine = (text: string, line: number) => Entries;

interface LineReaderOptions {
  /** How many lines came before, which the numbers go on from. @default 0 */
  readonly linesBefore?: number;
  /** The longest line that is read, bytes. @default 4096 */
  readonly maxLineBytes?: number;
}

/** Numbers the lines of a list, skips blank ones, rejects overlong ones and reads the others. */
export class LineReader implements EntryReader {
  readonly #splitter: LineSplitter;
  readonly #maxLineBytes: number;
  readonly #readLine: ReadLine;
  #line: number;

  constructor(
    readLine: ReadLine,
    { linesBefore = 0, maxLineBytes = MAX_LINE_BYTES }: LineReaderOptions = {},
  ) {
    this.#readLine = readLine;
    this.#line = linesBefore;
    this.#maxLineBytes = maxLineBytes;
    this.#splitter = new LineSplitter(maxLineBytes);
  }

  *push(chunk: string): Generator<ListEntry> {
    yield* this.#read(this.#splitter.push(chunk));
  }

  *end(): Generator<ListEntry> {
    yield* this.#read(this.#splitter.end());
  }

  *#read(lines: Iterable<string>): Generator<ListEntry> {
    for (const raw of lines) {
      this.#line += 1;
      const entries = isTooLong(raw, this.#maxLineBytes)
        ? tooLong(this.#line, this.#maxLineBytes)
        : this.#entries(raw.trim());
      if ('kind' in entries) yield entries;
      else yield* entries;
    }
  }

  #entries(text: string): Entries {
    if (text === '') return { kind: 'skipped', line: this.#line, reason: 'blank' };
    return this.#readLine(text, this.#line);
  }
}

function tooLong(line: number, maxLineBytes: number): ListEntry {
  const detail = `the line is longer than ${maxLineBytes} bytes`;
  return { kind: 'rejected', line, ...reject(RejectionReason.lineTooLong, detail), text: REDACTED };
}
