import { RejectionReason, reject } from '../../rejection.ts';
import type { Entries, EntryMaker } from '../entry-maker.ts';
import { type CsvHeader, isRule, parseCsvHeader, splitCells } from '../fields/csv-form.ts';
import { type FieldIndex, fieldOf } from '../fields/fields.ts';
import { makeAll, readRow, readTextLine } from '../read-entry.ts';
import { protocolsIn, type Schemes } from '../schemes.ts';
import { type EntryReader, LineReader } from './line-reader.ts';

/** Reads the lines of plain text and CSV, even when they are mixed; see `LineReader`. */
export function createTextReader(maker: EntryMaker, linesBefore: number): EntryReader {
  let header: CsvHeader | null = null;
  let isFirst = true;
  let said: { readonly scheme: string } | undefined;
  const readLine = (whole: string, line: number): Entries => {
    const scheme = headingOf(whole, maker.schemes);
    if (scheme !== null) said = { scheme };
    if (whole.startsWith('#')) return { kind: 'skipped', line, reason: 'comment' };
    if (scheme !== null) return { kind: 'skipped', line, reason: 'header' };
    if (isFirst) {
      isFirst = false;
      header = parseCsvHeader(whole, maker.schemes);
      if (header || fieldOf(whole) === 'host') return { kind: 'skipped', line, reason: 'header' };
    }
    if (!header || maker.columns) return readTextLine(maker, whole, { line, said });
    if (isRule(whole)) return { kind: 'skipped', line, reason: 'header' };
    return readHeadedRow(maker, header, { line, text: whole });
  };
  return new LineReader(readLine, { linesBefore });
}

/** `### SOCKS5 ###`, `[socks4]`, `== HTTP proxies ==`, `HTTP:` */
const HEADING = /^[#=*\-_~[(<\s]{0,9}((?:http|socks)[^@:]{0,40}?)[#=*\-_~\])>:\s]{0,9}$/i;

/** The scheme that a line of its own names for the lines below it, which may name another. */
function headingOf(line: string, schemes: Schemes): string | null {
  const words = HEADING.exec(line)?.[1];
  const [scheme, another] = (words && protocolsIn(words, schemes)) || [];
  return another === undefined ? (scheme ?? null) : null;
}

function readHeadedRow(
  maker: EntryMaker,
  { delimiter, index, columnCount }: CsvHeader,
  { line, text }: { readonly line: number; readonly text: string },
): Entries {
  const cells = splitCells(text, delimiter);
  if ('reason' in cells) return makeAll(maker, [cells], { line });
  if (cells.slice(columnCount).some((cell) => cell !== '')) {
    return makeAll(maker, [TOO_MANY_COLUMNS], { line });
  }
  return isCutInLogin(index, cells)
    ? makeAll(maker, [TOO_FEW_COLUMNS], { line })
    : readRow(maker, { index, values: cells }, { line });
}

/** A row that ends after its user name, before the column of the password. */
function isCutInLogin({ fields }: FieldIndex, cells: readonly string[]): boolean {
  const password = fields.get('password')?.[0] ?? -1;
  if (password < cells.length) return false;
  return (fields.get('username') ?? []).some((at) => (cells[at] ?? '') !== '');
}

const TOO_FEW_COLUMNS = reject(
  RejectionReason.columnCount,
  'the row ends between user name and password; write the delimiter behind the user name when the password is empty',
);

const TOO_MANY_COLUMNS = reject(
  RejectionReason.columnCount,
  'the row has more columns than the header; put values that hold the delimiter in quotes',
);
