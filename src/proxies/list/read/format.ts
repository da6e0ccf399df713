import type { ListEntry } from '../../list-entry.ts';
import { listIn, parseJson } from './json-splitter.ts';
import type { EntryReader } from './line-reader.ts';
import { MAX_NDJSON_LINE_BYTES } from './line-splitter.ts';

/** The most UTF-16 units kept of a line: one over the limit, and a CR. */
const HEAD_UNITS = MAX_NDJSON_LINE_BYTES + 2;

/** How a list is written. CSV and plain text may be mixed, so they are read alike. */
export type ListFormat = 'text' | 'csv' | 'json' | 'ndjson';

/** Makes the reader of a format; `blankLines` is how many lines came before what it reads. */
export type CreateReader = (format: ListFormat, blankLines: number) => EntryReader;

/**
 * Reads a list whose beginning tells its format. Of the blanks before the first sign it keeps only
 * the number of lines, and after that sign it looks at no more than one line's length, once.
 */
export class DetectingReader implements EntryReader {
  readonly #createReader: CreateReader;
  #reader: EntryReader | null = null;
  #blankLines = 0;
  /** The blanks at the start of the first line that is not blank, then that line's text. */
  #head = '';
  #isBlank = true;

  constructor(createReader: CreateReader) {
    this.#createReader = createReader;
  }

  *push(chunk: string): Generator<ListEntry> {
    if (this.#reader) {
      yield* this.#reader.push(chunk);
      return;
    }
    const at = this.#isBlank ? chunk.search(/\S/) : 0;
    if (this.#isBlank) this.#skip(at < 0 ? chunk : chunk.slice(0, at));
    if (at < 0) return;
    this.#isBlank = false;
    this.#head += chunk.slice(at);
    const format = detectFormat(this.#head, false);
    if (format) yield* this.#begin(format);
  }

  *end(): Generator<ListEntry> {
    if (!this.#reader) yield* this.#begin(detectFormat(this.#head, true) ?? 'text');
    if (this.#reader) yield* this.#reader.end();
  }

  *#begin(format: ListFormat): Generator<ListEntry> {
    const reader = this.#createReader(format, this.#blankLines);
    this.#reader = reader;
    for (let line = 1; format !== 'json' && line <= this.#blankLines; line += 1) {
      yield { kind: 'skipped', line, reason: 'blank' };
    }
    yield* reader.push(this.#head);
    this.#head = '';
  }

  /** Counts the lines that end in the blanks, and keeps enough of the last to show its length. */
  #skip(blanks: string): void {
    let start = 0;
    for (let end = blanks.indexOf('\n'); end >= 0; end = blanks.indexOf('\n', start)) {
      this.#blankLines += 1;
      this.#head = '';
      start = end + 1;
    }
    const room = HEAD_UNITS - this.#head.length;
    if (room > 0) this.#head += blanks.slice(start, start + room);
  }
}

/**
 * Tells the format of a list from its beginning. JSON begins with `{`, or with `[` and another of
 * its signs. It is NDJSON when the first line is an object by itself and an entry. Null when the
 * head is too short to tell, though more follows.
 */
function detectFormat(head: string, isWhole: boolean): ListFormat | null {
  const text = head.slice(0, 2 * HEAD_UNITS).trimStart();
  const isEnough = isWhole || text.length > MAX_NDJSON_LINE_BYTES;
  if (text.startsWith('[')) {
    const next = text.slice(1).trimStart();
    if (next === '' && !isEnough) return null;
    return next === '' || /^[[\]{"]/.test(next) ? 'json' : 'text';
  }
  if (!text.startsWith('{')) return 'text';
  const end = text.indexOf('\n');
  if (end < 0 && !isEnough) return null;
  return isEntryLine((end < 0 ? text : text.slice(0, end)).trimEnd()) ? 'ndjson' : 'json';
}

function isEntryLine(line: string): boolean {
  if (line.length > MAX_NDJSON_LINE_BYTES || !line.endsWith('}')) return false;
  const value = parseJson(line);
  return value === undefined ? !/^\{\s*"[^"]*"\s*:\s*\[/.test(line) : listIn(value) === null;
}
