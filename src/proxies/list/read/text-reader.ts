import { RejectionReason, reject } from '../../rejection.ts';
import type { Entries, EntryMaker } from '../entry-maker.ts';
import { type CsvHeader, isRule, parseCsvHeader, splitCells } from '../fields/csv-form.ts';
import { type FieldIndex, fieldOf } from '../fields/fields.ts';
import { type EntryPlace, makeAll, readRow, readTextLine } from '../read-entry.ts';
import { protocolsIn, type Schemes } from '../schemes.ts';
import { type EntryReader, LineReader } from './line-reader.ts';

/** Reads the lines of plain text and CSV, even when they are mixed; see `LineReader`. */
export function createTextReader(maker: EntryMaker, linesBefore: number): EntryReader {
  let header: CsvHeader | null = null;
  let isFirst = true;
  let said: EntryPlace['said'];
  const readLine = (whole: string, line: number): Entries => {
    const isComment = whole.startsWith('#');
    if (isFirst && !isComment) {
      header = parseCsvHeader(whole, maker.schemes);
      isFirst = header === null && fieldOf(whole) !== 'host';
      if (!isFirst) return { kind: 'skipped', line, reason: 'header' };
    }
    const heading = headingOf(whole, maker.schemes);
    if (heading) said = heading.length === 1 ? { scheme: heading[0] ?? null } : undefined;
    if (isComment || heading) {
      return { kind: 'skipped', line, reason: isComment ? 'comment' : 'header' };
    }
    isFirst = false;
    if (!header || maker.columns) return readTextLine(maker, whole, { line, said });
    if (isRule(whole)) return { kind: 'skipped', line, reason: 'header' };
    return readHeadedRow(maker, header, { line, text: whole, said });
  };
  return new LineReader(readLine, { linesBefore });
}

/** `### SOCKS5 ###`, `[socks4]`, `== HTTP proxies ==`, `HTTP:` */
const HEADING = /^[#=*\-_~[(<\s]{0,9}((?:http|socks)[^@:]{0,40}?)[#=*\-_~\])>:\s]{0,9}$/i;

/** The schemes that a line of its own names for the lines below it, which may name another. */
function headingOf(line: string, schemes: Schemes): readonly string[] | null {
  const words = HEADING.exec(line)?.[1];
  return words === undefined ? null : protocolsIn(words, schemes);
}

function readHeadedRow(
  maker: EntryMaker,
  { delimiter, index, columnCount }: CsvHeader,
  { line, text, said }: EntryPlace & { readonly text: string },
): Entries {
  const cells = splitCells(text, delimiter);
  if ('reason' in cells) return makeAll(maker, [cells], { line });
  if (cells.slice(columnCount).some((cell) => cell !== '')) {
    return makeAll(maker, [TOO_MANY_COLUMNS], { line });
  }
  return isCutInLogin(index, cells)
    ? makeAll(maker, [TOO_FEW_COLUMNS], { line })
    : readRow(maker, { index, values: cells }, { line, said });
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
