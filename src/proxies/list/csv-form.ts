import { isIPv6 } from 'node:net';
import { parse } from 'csv-parse/sync';
import { type Rejection, RejectionReason, reject } from '../rejection.ts';
import { type FieldIndex, indexFields } from './fields.ts';

/** The columns of a list with a header row. */
export interface CsvHeader {
  readonly delimiter: string;
  readonly index: FieldIndex;
}

const DELIMITERS = [',', ';', '\t'];
/** What follows the host in a row without a header: a port or a range of ports. */
const PORT_CELL = /^\s*"?\d+(?:-\d+)?"?\s*(?:[,;\t]|$)/;

/** The columns of rows without a header; further ones are ignored. */
export const POSITIONAL = indexFields(['host', 'port', 'username', 'password']);

/** Reads a header row. @returns null when the line is not one */
export function parseCsvHeader(line: string): CsvHeader | null {
  for (const delimiter of DELIMITERS) {
    const names = line.includes(delimiter) ? splitRow(line, delimiter) : null;
    const index = names && !('reason' in names) ? indexFields(names) : null;
    if (index?.has('host') && index.size > 1) return { delimiter, index };
  }
  return null;
}

/**
 * The delimiter of a row `host,port…` without a header: the host has no port of its own and the
 * second cell is a number.
 *
 * @returns null when the line is not such a row
 */
export function delimiterOf(line: string): string | null {
  const at = line.search(/[,;\t]/);
  if (at < 0 || !PORT_CELL.test(line.slice(at + 1))) return null;
  const host = line.slice(0, at).replaceAll(/["[\]\s]/g, '');
  if (host.includes('@') || (host.includes(':') && !isIPv6(host))) return null;
  return line.charAt(at);
}

/** The cells of one row, RFC 4180, without surrounding spaces; a row ends with its line. */
export function splitRow(line: string, delimiter: string): readonly string[] | Rejection {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  try {
    const rows: string[][] = parse(line, { delimiter, trim: true, relax_quotes: true });
    return rows[0] ?? [];
  } catch {
    return reject(RejectionReason.invalidCsv, 'the quotes of the row do not close on its line');
  }
}
