import { protocolsIn, type Schemes } from '../schemes.ts';
import { countryCodeOf } from './countries.ts';

/** What a cell says by its form alone. */
export interface Recognised {
  readonly schemes?: readonly string[];
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly city?: string;
  readonly asn?: string;
  readonly anonymity?: string;
  /** What the cell is when nothing of it is kept; absent when it is empty. */
  readonly ignored?: 'latency' | 'number' | 'time' | 'mark' | 'link' | 'place';
  /** Whether it could as well be a user name or a password. */
  readonly isWeak?: true;
}

/** The longest cell that is looked at, in UTF-16 units. */
const MAX_CELL_LENGTH = 100;
const EMPTY = /^(?:|[-–—_.*?]|n\/?a|null|nil|none|undefined|unknown)$/i;
const ANONYMITY =
  /^(?:elite|(?:very |highly |high |low |medium )?anonym(?:ous|ity|e)|transparent|distorting|hia|noa|anm|high[-_]anonymous|level[ -]?[1-3])(?: proxy)?$/i;
const MEASURE =
  /^(?:(?:ping|latency|speed|rtt|delay|uptime|time)\s*[:=]?\s*)?[<>~≈]?\s*\d{1,10}(?:[.,]\d{1,10})?\s*(?:ms|msecs?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|%|km|[kmg]?b(?:ps|\/s)?)$/i;
const NUMBER = /^[+-]?\d{1,13}(?:[.,]\d{1,16})?$/;
const ISO_TIME =
  /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$/i;
const OTHER_TIME =
  /^(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?: \d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?|just now|today|yesterday|never)$/i;
const AGO =
  /^(?:(?:\d{1,6}|an?) ?(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|weeks?|months?|years?)[.,]? ){1,3}ago$/i;
const MONTH = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}$/i;
const DATE_WORD =
  /^(?:\d{1,4}|\d{1,2}:\d{2}(?::\d{2})?|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}|gmt|utc|\+?\d{4})$/i;
const MARK =
  /^(?:yes|no|true|false|y|n|ok|up|live|alive|working|online|fast|good|ssl|#?\d{1,6}[.)]|[+!*✓✔✗✘√×-]{1,3})$/i;
/** `ES-N-S!`: country, anonymity, TLS, a mark of the outgoing address. */
const CODED = /^([A-Z]{2})-([NAH])(?:-S)?!?$/;
const CODED_ANONYMITY: Readonly<Record<string, string>> = { N: 'noa', A: 'anm', H: 'hia' };
/** A link names no port and no address, as a proxy would. */
const LINK = /^https?:\/\/(?![\d.]+(?:[/?]|$))[^\s@:/?]+(?:[/?]\S*)?$/i;
const ASN = /^AS ?(\d{1,10})(?:\s.*)?$/i;
const PICTURES = /\p{So}|\p{RI}|\ufe0f|\u200d/u;
const ALL_PICTURES = new RegExp(PICTURES, 'gu');
const BRACKETED = /^(?:\[(.*)\]|\((.*)\)|<(.*)>|\{(.*)\})$/;

/**
 * Tells what a cell is by its form: a protocol, a country, anonymity, a latency, a time, a mark, a
 * link, an AS number, or nothing.
 *
 * @returns null when it could be anything
 */
export function recognise(cell: string, schemes: Schemes): Recognised | null {
  if (cache.schemes !== schemes) cache = { schemes, cells: new Map() };
  const { cells } = cache;
  const known = cells.get(cell);
  if (known) return known;
  const found = recogniseText(cell.trim(), schemes);
  if (!found || cell.length > MAX_CACHED_LENGTH) return found;
  if (cells.size >= MAX_CACHED_CELLS) cells.clear();
  cells.set(cell, found);
  return found;
}

/** The same few countries and kinds stand in thousands of lines. What is unknown is not kept. */
let cache: { readonly schemes: Schemes | null; readonly cells: Map<string, Recognised> } = {
  schemes: null,
  cells: new Map(),
};
const MAX_CACHED_CELLS = 512;
const MAX_CACHED_LENGTH = 32;

function recogniseText(text: string, schemes: Schemes): Recognised | null {
  if (EMPTY.test(text)) return {};
  if (text.length > MAX_CELL_LENGTH) return LINK.test(text) ? { ignored: 'link' } : null;
  const found = protocolsIn(text, schemes);
  if (found) return { schemes: found };
  return findCountry(text) ?? findTag(text) ?? findInside(text, schemes);
}

/** A name of one word, or a code, could be a user name; a name of several words could not. */
function findCountry(text: string): Recognised | null {
  const country = countryCodeOf(text);
  if (country !== null) return /^\p{L}+$/u.test(text) ? { country, isWeak: true } : { country };
  const dash = text.indexOf(' - ');
  const before = dash < 0 ? null : countryCodeOf(text.slice(0, dash));
  const city = text.slice(dash + 3).trim();
  return before === null || findTag(city) ? null : { country: before, city };
}

function findTag(text: string): Recognised | null {
  const [, country, level] = CODED.exec(text) ?? [];
  const anonymity = CODED_ANONYMITY[level ?? ''];
  if (country !== undefined && anonymity !== undefined) return { country, anonymity };
  if (ANONYMITY.test(text)) return { anonymity: text.toLowerCase() };
  if (NUMBER.test(text)) return { ignored: 'number', isWeak: true };
  if (MEASURE.test(text)) return { ignored: 'latency' };
  if (isTime(text)) return { ignored: 'time' };
  if (MARK.test(text)) return { ignored: 'mark', isWeak: true };
  if (LINK.test(text)) return { ignored: 'link' };
  const [, asn] = ASN.exec(text) ?? [];
  return asn === undefined ? null : { asn };
}

function isTime(text: string): boolean {
  if (ISO_TIME.test(text) || OTHER_TIME.test(text) || AGO.test(text)) return true;
  const words = text.split(/[\s,-]+/);
  return (
    words.length > 1 &&
    words.some((word) => MONTH.test(word)) &&
    words.every((word) => MONTH.test(word) || DATE_WORD.test(word))
  );
}

/** What is left when pictures and brackets around it are taken away. */
function findInside(text: string, schemes: Schemes): Recognised | null {
  const bracketed = BRACKETED.exec(text)
    ?.slice(1)
    .find((inside) => inside !== undefined);
  if (bracketed !== undefined) return recognise(bracketed, schemes);
  if (!PICTURES.test(text)) return null;
  const plain = text.replaceAll(ALL_PICTURES, '').trim();
  return plain === '' ? { ignored: 'mark' } : recognise(plain, schemes);
}
