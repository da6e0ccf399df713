import type { Rejection } from '../rejection.ts';
import { type Entries, type EntryMaker, flatten } from './entry-maker.ts';
import { isEmpty } from './fields/cell-values.ts';
import { indexFields } from './fields/fields.ts';
import { describeRow, parseFieldsForm, type Row } from './fields/fields-form.ts';
import { createLabels } from './fields/labels.ts';
import { readNamedRow } from './fields/named-columns.ts';
import { flattenEntry } from './fields/nested.ts';
import { parseColumnsForm } from './line/columns-form.ts';
import { parseLineForm } from './line/line-form.ts';
import { cutLink } from './line/link.ts';
import type { RawEndpoint } from './raw-endpoint.ts';
import { listIn } from './read/json-splitter.ts';
import { REDACTED, redactEndpoint, redactLine } from './redact.ts';

/** What sets columns apart in a line without a header. */
const SEPARATED = /[ \t\u00a0,;|]/;

/** Where an entry stands, and what the document says of all entries there. */
export interface EntryPlace {
  readonly line: number;
  /** What is said besides the entry itself, such as the protocol whose column or key it is in. */
  readonly said?: Partial<RawEndpoint> | undefined;
}

/** Reads one line in a form of its own, or a row of columns without a header. */
export function readTextLine(maker: EntryMaker, line: string, place: EntryPlace): Entries {
  const whole = unwrap(withoutComment(line));
  if (maker.columns) {
    const row = readNamedRow(whole, maker.columns);
    return 'reason' in row ? makeAll(maker, [row], place) : readRow(maker, row, place);
  }
  const { text, hasLink } = cutLink(setPicturesApart(whole));
  const said = hasLink ? { ...place.said, ignored: LINK_IGNORED } : place.said;
  const found = SEPARATED.test(text) ? parseColumnsForm(text, maker.schemes) : null;
  if (found && !('reason' in found)) return makeAll(maker, found, { ...place, said });
  const endpoint = found ?? parseLineForm(text, maker.schemes);
  const source = { line: place.line, redacted: () => redactLine(text) };
  return maker.make(withSaid(endpoint, said), source);
}

/** `HTTPS_PROXY=…`, or any name before a URL: a setting of an environment or a configuration. */
const SETTING =
  /^(?:(?:export|set)\s+)?(?:(?:(?:https?|all|socks|ftp)[_-]?proxy|proxy(?:[_-]?(?:url|server))?)=|(?!no[_-]?proxy)[a-z_][\w-]*=(?=["']?[a-z][a-z0-9+.-]*:\/\/))/i;
/** An element of a list in a program: quotes around all of it. */
const QUOTED = /^(["'`])([^"'`]*)\1\s*[,;]?$/;

/** The entry without what another language writes around it. */
function unwrap(line: string): string {
  const text = line.includes('=') ? line.replace(SETTING, '') : line;
  return /^["'`]/.test(text) ? (QUOTED.exec(text)?.[2] ?? text) : text;
}

function withoutComment(text: string): string {
  if (!text.includes('#')) return text;
  const comment = text.search(/\s#/);
  return comment < 0 ? text : text.slice(0, comment).trimEnd();
}

/** `🇺🇸1.2.3.4:8080`: pictures at the beginning are a column of their own. */
function setPicturesApart(text: string): string {
  return text.charCodeAt(0) < FIRST_PICTURE ? text : text.replace(PICTURES, '$& ');
}

/** No picture stands before it in Unicode. */
const FIRST_PICTURE = 0x2000;
const PICTURES = /^(?:\p{So}|\p{RI}|\ufe0f|\u200d)+/u;
const LINK_IGNORED = ['link'];

/** What an entry says itself comes before what its place says. */
function withSaid(
  raw: RawEndpoint | Rejection,
  said: Partial<RawEndpoint> | undefined,
): RawEndpoint | Rejection {
  if (!said || 'reason' in raw) return raw;
  const tags = said.tags || raw.tags ? { tags: { ...said.tags, ...raw.tags } } : {};
  const labels = createLabels({ ...said.labels, ...raw.labels });
  const ignored = [...(said.ignored ?? []), ...(raw.ignored ?? [])];
  return {
    ...said,
    ...raw,
    ...tags,
    ...(labels && { labels }),
    ...(ignored.length > 0 && { ignored }),
    scheme: raw.scheme ?? said.scheme ?? null,
  };
}

/** Reads a row or a JSON object: one proxy, or those under the names of protocols. */
export function readRow(maker: EntryMaker, row: Row, place: EntryPlace): Entries {
  const { fields, protocols } = row.index;
  if (fields.has('host') || protocols.length === 0) {
    return makeAll(maker, parseFieldsForm(row, maker.schemes), place);
  }
  const described = describeRow(row);
  const cells = protocols.map(({ name, at }) =>
    readCell(maker, row.values[at], { ...place, said: { ...described, scheme: name } }),
  );
  return flatten(cells);
}

/** Reads a JSON object. */
export function readObject(maker: EntryMaker, value: object, place: EntryPlace): Entries {
  const { names, values } = flattenEntry(value);
  return readRow(maker, { index: indexFields(names, maker.schemes), values }, place);
}

/** Reads what a column or key that is named like a protocol holds. */
function readCell(maker: EntryMaker, value: unknown, place: EntryPlace): Entries {
  if (isEmpty(value)) return { kind: 'skipped', line: place.line, reason: 'blank' };
  if (Array.isArray(value)) return flatten(value.map((each) => readCell(maker, each, place)));
  if (typeof value === 'string') return readTextLine(maker, value.trim(), place);
  const list = listIn(value);
  if (list) return readCell(maker, list, place);
  if (typeof value === 'object') return readObject(maker, value ?? {}, place);
  return readTextLine(maker, String(value), place);
}

/** Makes the entries of endpoints that came in columns or JSON. */
export function makeAll(
  maker: EntryMaker,
  endpoints: readonly (RawEndpoint | Rejection)[],
  { line, said }: EntryPlace,
): Entries {
  const made = endpoints.map((raw) => {
    const redacted = (): string => ('reason' in raw ? REDACTED : redactEndpoint(raw));
    return maker.make(withSaid(raw, said), { line, redacted });
  });
  return flatten(made);
}
