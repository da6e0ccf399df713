import { type CsvHeader, delimiterOf, POSITIONAL, parseCsvHeader, splitRow } from './csv-form.ts';
import { type Entries, type EntryMaker, flatten } from './entry-maker.ts';
import { type FieldIndex, pickFields } from './fields.ts';
import { parseFieldsForm } from './fields-form.ts';
import { parseLineForm } from './line-form.ts';
import { type EntryReader, LineReader } from './line-reader.ts';
import { REDACTED, redactEndpoint, redactLine } from './redact.ts';

/** Reads the lines of plain text and CSV, even when they are mixed; see `LineReader`. */
export function createTextReader(maker: EntryMaker, linesBefore: number): EntryReader {
  let header: CsvHeader | null = null;
  let isFirst = true;
  return new LineReader((whole, line) => {
    if (whole.startsWith('#')) return { kind: 'skipped', line, reason: 'comment' };
    if (isFirst) {
      isFirst = false;
      header = parseCsvHeader(whole);
      if (header) return { kind: 'skipped', line, reason: 'header' };
    }
    if (header) return readRow(maker, { ...header, line, text: whole });
    return readTextLine(maker, withoutComment(whole), line);
  }, linesBefore);
}

/** Reads one line in a form of its own, or a row of columns without a header. */
export function readTextLine(maker: EntryMaker, text: string, line: number): Entries {
  const delimiter = delimiterOf(text);
  if (delimiter !== null) return readRow(maker, { delimiter, index: POSITIONAL, line, text });
  return maker.make(parseLineForm(text), { line, redacted: () => redactLine(text) });
}

interface Row {
  readonly delimiter: string;
  readonly index: FieldIndex;
  readonly line: number;
  readonly text: string;
}

function readRow(maker: EntryMaker, { delimiter, index, line, text }: Row): Entries {
  const cells = splitRow(text, delimiter);
  if ('reason' in cells) return maker.reject(cells, { line, redacted: () => REDACTED });
  return makeAll(maker, parseFieldsForm(pickFields(index, cells)), line);
}

/** Makes the entries of endpoints that came in columns or JSON. */
export function makeAll(
  maker: EntryMaker,
  endpoints: ReturnType<typeof parseFieldsForm>,
  line: number,
): Entries {
  const made = endpoints.map((raw) => {
    const redacted = (): string => ('reason' in raw ? REDACTED : redactEndpoint(raw));
    return maker.make(raw, { line, redacted });
  });
  return flatten(made);
}

function withoutComment(text: string): string {
  if (!text.includes('#')) return text;
  const comment = text.search(/\s#/);
  return comment < 0 ? text : text.slice(0, comment).trimEnd();
}
