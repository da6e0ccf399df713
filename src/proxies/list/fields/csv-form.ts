import { parse } from 'csv-parse/sync';
import { type Rejection, RejectionReason, reject } from '../../rejection.ts';
import type { Schemes } from '../schemes.ts';
import { type FieldIndex, fieldOf, indexFields } from './fields.ts';

/** The columns of a list with a header row. */
export interface CsvHeader {
  readonly delimiter: Delimiter;
  readonly index: FieldIndex;
  /** How many columns the header names. */
  readonly columnCount: number;
}

/** What sets columns apart; a blank stands for any run of blanks. */
export type Delimiter = '\t' | '|' | ';' | ',' | ' ' | ':';

const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|', ' '];
/** A number, an address or a URL is a value, and no name of a column. */
const VALUE = /^\d+$|^\d{1,3}(?:\.\d{1,3}){3}|:\/\/|@|:\d+$/;
/** The line below the header of a table that was written by hand. */
const RULE = /^[|:+\s-]*-{2}[|:+\s-]*$/;

/** Reads a header row. @returns null when the line is not one */
export function parseCsvHeader(line: string, schemes: Schemes): CsvHeader | null {
  for (const delimiter of DELIMITERS) {
    if (!line.includes(delimiter)) continue;
    const names = splitCells(line, delimiter);
    if ('reason' in names || names.some((name) => VALUE.test(name))) continue;
    if (delimiter === ' ' && !names.every(fieldOf)) continue;
    const index = indexFields(names, schemes);
    if (namesProxies(index)) return { delimiter, index, columnCount: names.length };
  }
  return null;
}

/** There is a host and something else, or a column of proxies for each of several protocols. */
function namesProxies({ fields, protocols }: FieldIndex): boolean {
  if (fields.has('host')) return fields.size + protocols.length > 1;
  return protocols.length > 1 || (protocols.length === 1 && fields.size > 0);
}

/** Whether a line only rules off the header. */
export function isRule(line: string): boolean {
  return RULE.test(line);
}

/** The cells of one row; the bars around a table are not cells. */
export function splitCells(line: string, delimiter: Delimiter): readonly string[] | Rejection {
  if (delimiter === ' ') return line.split(/\s+/);
  if (delimiter === ':') return line.split(':');
  const cells = splitRow(line, delimiter);
  if ('reason' in cells || delimiter !== '|') return cells;
  return cells.slice(cells[0] === '' ? 1 : 0, cells.at(-1) === '' ? -1 : undefined);
}

/** The cells of one row, RFC 4180, without surrounding spaces; a row ends with its line. */
function splitRow(line: string, delimiter: Delimiter): readonly string[] | Rejection {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  try {
    const rows: string[][] = parse(line, { delimiter, trim: true, relax_quotes: true });
    return rows[0] ?? [];
  } catch {
    return reject(RejectionReason.invalidCsv, 'the quotes of the row do not close on its line');
  }
}
