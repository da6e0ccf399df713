import { isIPv6 } from 'node:net';
import { type Rejection, RejectionReason, reject } from '../../rejection.ts';
import { type Delimiter, splitCells } from '../fields/csv-form.ts';
import { createLabels } from '../fields/labels.ts';
import { isSure } from '../host-port.ts';
import { joinHostPort, type RawEndpoint, withoutBrackets } from '../raw-endpoint.ts';
import { redactEndpoint } from '../redact.ts';
import type { Schemes } from '../schemes.ts';
import { parseLineForm } from './line-form.ts';
import { type Recognised, recognise } from './recognise.ts';
import { collectTags, isKnown, NEITHER_LOGIN_NOR_TAG, protocolsOf } from './recognised-tags.ts';

/** What sets columns apart, the surest first; the last takes any of them. */
const DELIMITERS: readonly Delimiter[] = ['\t', '|', ';', ',', ' '];
/** The most columns of a line without a header. */
const MAX_CELLS = 40;
/** The most words that one value has: `Democratic Republic of the Congo`, `1 day 2 hours ago`. */
const MAX_WORDS = 5;
const PORT_CELL = /^\d+(?:-\d+)?$/;
const HOST_CELL = /^[^\s:@/"]+(?:\/\d{1,3})?$/;
const PLACE = /^(?:\p{Lu}|\p{Lo})[\p{L}\p{M} .'’()-]{1,63}$/u;

/** A line in columns: the address, what stands before it, and what follows. */
interface Layout {
  readonly delimiter: Delimiter;
  readonly base: RawEndpoint;
  /** Nothing but blanks sets the columns apart. */
  readonly isBlank: boolean;
  /** Host and port stand in cells of their own. */
  readonly isPair: boolean;
  readonly before: readonly Recognised[];
  readonly after: readonly string[];
}

/**
 * Takes apart a line whose columns have no header: an address (`host:port`, a URL, or host and port
 * side by side) and what lists put around it, told by its form. A login is taken where columns are
 * exactly those of a known form.
 *
 * @returns null when no column is an address
 */
export function parseColumnsForm(text: string, schemes: Schemes): RawEndpoint[] | Rejection | null {
  let refusal: Rejection | null = null;
  for (const delimiter of DELIMITERS) {
    if (delimiter === ' ' ? !/[ \t\u00a0|]/.test(text) : !text.includes(delimiter)) continue;
    const cells =
      delimiter === ' '
        ? joinWords(text.split(/[ \t\u00a0,;|]+/, MAX_CELLS + 1), schemes)
        : splitCells(text, delimiter);
    if ('reason' in cells) return cells;
    if (cells.length < 2) continue;
    const isBlank = delimiter === '\t' || (delimiter === ' ' && !/[,;|]/.test(text));
    const layout = findLayout(cells, { delimiter, schemes, isBlank });
    if (layout === null) continue;
    if ('reason' in layout) return layout;
    const endpoints = readLayout(layout, schemes);
    if (endpoints === 'password') return null;
    if (endpoints) return endpoints;
    refusal ??= { ...NEITHER_LOGIN_NOR_TAG, text: `${redactEndpoint(layout.base)} ***` };
  }
  return refusal;
}

interface CellContext {
  readonly delimiter: Delimiter;
  readonly schemes: Schemes;
  readonly isBlank: boolean;
}

/** Words that make one value together become one cell. */
function joinWords(words: readonly string[], schemes: Schemes): readonly string[] {
  const cells: string[] = [];
  for (let at = 0; at < words.length; ) {
    let count = Math.min(MAX_WORDS, words.length - at);
    while (count > 1 && !isOneValue(words.slice(at, at + count).join(' '), schemes)) count -= 1;
    cells.push(words.slice(at, at + count).join(' '));
    at += count;
  }
  return cells;
}

function isOneValue(text: string, schemes: Schemes): boolean {
  const value = recognise(text, schemes);
  return value !== null && value.schemes === undefined && value.isWeak !== true;
}

function findLayout(
  cells: readonly string[],
  { delimiter, schemes, isBlank }: CellContext,
): Layout | Rejection | null {
  const isPairFirst = delimiter !== ' ' && isPairAt(cells, 0, false);
  for (let at = 0; at < Math.min(cells.length, MAX_CELLS); at += 1) {
    const isPair = isPairAt(cells, at, !(isPairFirst && at === 0));
    const base = isPair
      ? joinHostPort(cells[at] ?? '', cells[at + 1] ?? '')
      : parseAddress(cells[at] ?? '', schemes);
    if (!base) continue;
    const before = cells.slice(0, at).map((cell) => recognise(cell, schemes));
    const mayBeUser = at > 0 && (cells[at] ?? '').includes('@');
    if (mayBeUser && (delimiter === ',' || delimiter === ';')) return null;
    if (!before.every(isKnown) || (mayBeUser && before.some(({ isWeak }) => isWeak))) {
      return { ...NEITHER_LOGIN_NOR_TAG, text: `*** ${redactEndpoint(base)}` };
    }
    if (cells.length > MAX_CELLS) return TOO_MANY;
    return { delimiter, isBlank, base, isPair, before, after: cells.slice(at + (isPair ? 2 : 1)) };
  }
  return null;
}

const TOO_MANY = reject(
  RejectionReason.unrecognised,
  `the line has more than ${MAX_CELLS} columns and no header`,
);

function isPairAt(cells: readonly string[], at: number, isHostLike: boolean): boolean {
  const [host = '', port = ''] = cells.slice(at, at + 2);
  if (!PORT_CELL.test(port)) return false;
  const name = withoutBrackets(host);
  if (isIPv6(name)) return true;
  return HOST_CELL.test(name) && (!isHostLike || name.includes('.') || name === 'localhost');
}

/** A cell that is an address by itself, whatever pictures stand around it. */
function parseAddress(cell: string, schemes: Schemes): RawEndpoint | null {
  if (!cell.includes(':')) return null;
  const text = cell.replace(/^[^\p{L}\p{N}[(]+|[^\p{L}\p{N}\])/]+$/gu, '');
  const parsed = parseLineForm(text, schemes);
  if ('reason' in parsed) return null;
  const isHostLike = /[.:]/.test(parsed.host) || parsed.host === 'localhost';
  if (parsed.scheme !== null && text.includes('://')) return parsed;
  return isSure({ ...parsed, isHostLike }) ? parsed : null;
}

/** @returns null when a login may be among the columns; `password` when they belong to a password */
function readLayout(layout: Layout, schemes: Schemes): RawEndpoint[] | 'password' | null {
  const { base, before, after, delimiter } = layout;
  const cells = layout.after.map((cell) => recognise(cell, schemes));
  const hasLogin = base.username !== '' || base.password !== '';
  if (base.port === null && cells.some((cell) => cell?.ignored === 'number')) return null;
  if (cells.every(isKnown)) {
    if (hasLogin && endsInPassword(layout)) return after.every(isShort) ? 'password' : null;
    return areOnlyWeak(layout, cells) ? null : tagged(base, [...before, ...cells]);
  }
  if (hasLogin) return endsInPassword(layout) ? 'password' : null;
  const login = findLogin(layout, cells);
  if (login) {
    const { credentials, cells: others, name } = login;
    return tagged({ ...base, ...credentials }, [...before, ...others], name);
  }
  return delimiter === ' ' ? null : readPlaces(layout, cells);
}

/** `1.2.3.4:8080:user:pa,ss`: the comma is the password's, unless what follows it is a column. */
function endsInPassword({ base, delimiter }: Layout): boolean {
  return base.isLoginLast === true && (delimiter === ',' || delimiter === ';');
}

/** `pa,ss` is a password; `pa,SS` could be one and a country. */
function isShort(cell: string): boolean {
  return /^[a-z]{2}$/.test(cell);
}

/** Of two columns where a login stands one must be more than a word that could be part of it. */
function areOnlyWeak({ isPair, before, after }: Layout, cells: readonly Recognised[]): boolean {
  if (!isPair || after.length !== 2 || after.every((cell) => cell === '')) return false;
  return before.length === 0 && cells.every(({ isWeak }) => isWeak);
}

interface Login {
  readonly credentials: { readonly username: string; readonly password: string };
  /** The columns that are not the login. */
  readonly cells: readonly Recognised[];
  readonly name?: string;
}

/** The login of columns that are exactly those of a form which has one. */
function findLogin(layout: Layout, cells: readonly (Recognised | null)[]): Login | null {
  const { delimiter, isBlank, isPair, before, after } = layout;
  const [first, second] = cells;
  const isAlone = before.length === 0;
  const isProxychains = before.length === 1 && before[0]?.schemes?.length === 1;
  if (after.length === 2 && (isProxychains || (isAlone && (isPair || delimiter === '|')))) {
    const isLogin = (isProxychains && isBlank) || isLoginPair(after, cells);
    return isLogin ? toLogin(after, []) : null;
  }
  const name = after[1] ?? '';
  if (!isAlone || !first?.schemes || !isBlank || /[:@]/.test(name)) return null;
  if (after.length === 2 && second === null) return { credentials: NO_LOGIN, cells: [first], name };
  if (after.length !== 4 || second !== null) return null;
  return { ...toLogin(after.slice(2), [first]), name };
}

const NO_LOGIN = { username: '', password: '' };

/** The user name is nothing known, and no remark; the password is, at most, a number. */
function isLoginPair(after: readonly string[], cells: readonly (Recognised | null)[]): boolean {
  const [user, password] = cells;
  const isUser = (user === null && !/\s/.test(after[0] ?? '')) || after[0] === '';
  return isUser && (password === null || password?.ignored === 'number' || after[1] === '');
}

function toLogin(
  [username = '', password = '']: readonly string[],
  cells: readonly Recognised[],
): Login {
  return { credentials: { username, password }, cells };
}

/** `Germany|Hesse|Frankfurt am Main`: places beside a country, not kept, as they could be a login. */
function readPlaces(
  { base, before, after }: Layout,
  cells: readonly (Recognised | null)[],
): RawEndpoint[] | null {
  const known = [...before, ...cells.filter(isKnown)];
  const country = known.find((cell) => cell.country !== undefined);
  const places = after.filter((_, at) => {
    const cell = cells[at] ?? null;
    return cell === null || (cell.country !== undefined && cell !== country);
  });
  if (!country || !places.every((place) => PLACE.test(place))) return null;
  if (after.length < 3 && country.isWeak) return null;
  return tagged(base, [...known, { ignored: 'place' }]);
}

/** The endpoint with what its columns say: one for each protocol among them. */
function tagged(
  base: RawEndpoint,
  cells: readonly Recognised[],
  name?: string,
): RawEndpoint[] | null {
  const { labels, ignored, tags } = collectTags(cells);
  const all = createLabels({ ...base.labels, ...labels, name });
  const dropped = [...(base.ignored ?? []), ...(ignored ?? [])];
  const endpoint = {
    ...base,
    ...(tags && { tags: { ...base.tags, ...tags } }),
    ...(all && { labels: all }),
    ...(dropped.length > 0 && { ignored: dropped }),
  };
  const protocols = protocolsOf(cells);
  if (protocols.length === 0) return [endpoint];
  if (base.scheme === null) return protocols.map((scheme) => ({ ...endpoint, scheme }));
  return protocols.includes(base.scheme.toLowerCase()) ? [endpoint] : null;
}
