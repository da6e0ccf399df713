import { type Rejection, RejectionReason, reject } from '../../rejection.ts';
import type { Schemes } from '../schemes.ts';
import { type Delimiter, splitCells } from './csv-form.ts';
import { type FieldIndex, fieldOf, indexFields, NO_COLUMN } from './fields.ts';
import type { Row } from './fields-form.ts';

/** What sets named columns apart, the surest first. */
const DELIMITERS: readonly Delimiter[] = ['\t', '|', ';', ',', ' ', ':'];
/** The names that messages offer; headers' other names for the same things are taken, too. */
const OFFERED =
  'host, port, username, password, protocol, country, city, isp, asn, source, latitude, longitude, or - for a column that is not read';
/** The most columns that may be named. */
const MAX_COLUMNS = 40;

/**
 * Why a list cannot have these columns.
 *
 * @returns null when it can
 */
export function refuseColumns(names: readonly string[]): string | null {
  if (names.length > MAX_COLUMNS) return `must name at most ${MAX_COLUMNS} columns`;
  const fields = names.filter((name) => name.trim() !== NO_COLUMN).map(fieldOf);
  const unknown = names.find((name) => name.trim() !== NO_COLUMN && !isOffered(name));
  if (unknown !== undefined) {
    return `must be names such as host,port,-,username,password; ${JSON.stringify(unknown.slice(0, 40))} is not one of ${OFFERED}`;
  }
  if (!fields.includes('host')) return 'must name the host, as in host,port,-,username,password';
  const twice = fields.find((field, at) => fields.indexOf(field) !== at);
  return twice === undefined ? null : `must name each column once; ${twice} is named twice`;
}

function isOffered(name: string): boolean {
  const field = fieldOf(name);
  return field !== undefined && field !== 'labels' && field !== 'userinfo' && field !== 'remoteDns';
}

/** The columns that the rows of a list have, whatever its first line says. */
export interface NamedColumns {
  readonly index: FieldIndex;
  readonly columnCount: number;
}

/** @param names as `refuseColumns` lets them pass */
export function nameColumns(names: readonly string[], schemes: Schemes): NamedColumns {
  return { index: indexFields(names, schemes), columnCount: names.length };
}

/** Reads a row of named columns: they are set apart by whatever makes that many of the line. */
export function readNamedRow(text: string, { index, columnCount }: NamedColumns): Row | Rejection {
  for (const delimiter of DELIMITERS) {
    const cells = columnCount === 1 ? [text] : splitCells(text, delimiter);
    if ('reason' in cells) return cells;
    if (cells.length === columnCount) return { index, values: cells };
  }
  return reject(
    RejectionReason.columnCount,
    `the row does not have the ${columnCount} columns that were named`,
  );
}
