import { MAX_JSON_DEPTH, nestsTooDeep } from '../../../json-depth.ts';
import { fieldOf } from '../fields/fields.ts';
import type { Schemes } from '../schemes.ts';

/** The longest JSON entry that is read, in UTF-16 units. */
export const MAX_JSON_ENTRY_LENGTH = 16_384;
/** The keys under which an object may hold the list. */
const LIST_KEYS: readonly string[] = ['proxies', 'results', 'data'];

/** The longest key that is compared, in UTF-16 units: one over the longest protocol's name. */
const MAX_KEY_LENGTH = 65;
/** A list stands at the top, under a key, or under a key of an object under a key. */
const MAX_LIST_DEPTH = 2;
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACE = 0x20;

/** The JSON of one entry, with the protocol whose key it stands under, or why there is none. */
export type JsonPiece =
  | { readonly json: string; readonly scheme: string | null }
  | { readonly fault: 'too_long' | 'truncated' };

/**
 * Cuts a JSON document that arrives in chunks into the text of its entries: the elements of an
 * array, those of the arrays under list keys or protocols' names of an object (two levels of them
 * at most), what stands under protocols' names beside such arrays, as an object of its own, or an
 * object that has no such key. It only counts brackets and skips strings: no nesting is too deep for it, and a broken entry, which
 * shows when it is parsed, does not affect its neighbours. It holds at most one entry.
 */
export class JsonSplitter {
  #depth = 0;
  /** The depth at which entries stand; 0 outside any list. */
  #base = 0;
  #inString = false;
  #isEscaped = false;
  #isCapturing = false;
  #isTooLong = false;
  #captured = '';
  /** Where the captured text continues in the current chunk. */
  #from = 0;
  /** Near the top of an object: the string read last, and the keys of what is being read. */
  #string = '';
  #keys: string[] = [];
  /** The protocol whose list is being read. */
  #scheme: string | null = null;
  /** Whether what is captured stands beside a list in its object, and where its last key begins. */
  #isBeside = false;
  #keyAt = 0;
  /** Whether a protocol's key with something else than a list has been captured. */
  #namesProtocol = false;
  readonly #schemes: Schemes;

  constructor(schemes: Schemes) {
    this.#schemes = schemes;
  }

  *push(chunk: string): Generator<JsonPiece> {
    this.#from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const code = chunk.charCodeAt(at);
      const piece = this.#inString ? this.#scanString(code) : this.#scan(code, chunk, at);
      if (piece) yield piece;
    }
    if (this.#isCapturing) this.#keep(chunk, chunk.length);
  }

  *end(): Generator<JsonPiece> {
    this.#from = 0;
    const isWhole = !this.#inString && this.#depth === this.#base;
    const last = isWhole ? this.#finish('', 0) : null;
    if (last) yield last;
    if (this.#inString || this.#depth > 0) yield { fault: 'truncated' };
  }

  #scan(code: number, chunk: string, at: number): JsonPiece | null {
    if (code <= SPACE) return null;
    if (code === COMMA) return this.#comma(chunk, at);
    if (code === CLOSE_BRACKET || code === CLOSE_BRACE) return this.#close(chunk, at);
    if (code === OPEN_BRACKET && this.#opensList()) {
      const before = this.#finishBeside(chunk, at);
      this.#scheme = this.#findProtocol();
      this.#depth += 1;
      this.#base = this.#depth;
      return before;
    }
    this.#begin(at);
    if (this.#isNearTop()) this.#noteKey(code, at);
    if (code === QUOTE) {
      this.#inString = true;
      this.#string = '';
    } else if (code === COLON) {
      if (this.#isNearTop()) this.#keys[this.#depth - 1] = this.#string.toLowerCase();
    } else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      this.#depth += 1;
    }
    return null;
  }

  #scanString(code: number): null {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (code === BACKSLASH) this.#isEscaped = true;
    else if (code === QUOTE) this.#inString = false;
    else if (this.#isNearTop() && this.#string.length < MAX_KEY_LENGTH) {
      this.#string += String.fromCharCode(code);
    }
    return null;
  }

  #comma(chunk: string, at: number): JsonPiece | null {
    if (this.#isNearTop()) this.#keys.length = this.#depth - 1;
    return this.#depth === this.#base ? this.#finish(chunk, at) : null;
  }

  #close(chunk: string, at: number): JsonPiece | null {
    if (this.#base > 0 && this.#depth === this.#base) {
      this.#depth -= 1;
      this.#base = 0;
      const last = this.#finish(chunk, at);
      this.#leave();
      return last;
    }
    this.#begin(at);
    this.#depth = Math.max(0, this.#depth - 1);
    if (this.#base === 0) this.#leave();
    return this.#depth === 0 ? this.#finish(chunk, at + 1) : null;
  }

  #opensList(): boolean {
    if (this.#depth === 0) return !this.#isCapturing;
    if (!this.#isNearTop() || this.#keys.length < this.#depth) return false;
    return this.#isOnPath();
  }

  #isOnPath(): boolean {
    return this.#keys.every((key) => LIST_KEYS.includes(key) || this.#schemes.has(key));
  }

  #findProtocol(): string | null {
    return this.#keys.find((key) => this.#schemes.has(key)) ?? null;
  }

  #isNearTop(): boolean {
    return this.#base === 0 && this.#depth > 0 && this.#depth <= MAX_LIST_DEPTH;
  }

  /** The keys below the depth that has been reached are over. */
  #leave(): void {
    this.#keys.length = Math.min(this.#keys.length, Math.max(0, this.#depth - 1));
    this.#scheme = null;
  }

  #begin(at: number): void {
    if (!this.#isCapturing && this.#depth === this.#base) this.#capture(at);
  }

  #capture(at: number): void {
    this.#isCapturing = true;
    this.#isBeside = false;
    this.#namesProtocol = false;
    this.#isTooLong = false;
    this.#captured = '';
    this.#from = at;
  }

  /** Begins to capture what stands beside a list, and notes whether a protocol has another value. */
  #noteKey(code: number, at: number): void {
    if (this.#keys.length === this.#depth) {
      this.#namesProtocol ||= code !== COLON && this.#isOnPath() && this.#findProtocol() !== null;
    } else if (code === QUOTE) {
      if (!this.#isCapturing) {
        this.#capture(at);
        this.#isBeside = true;
        this.#captured = `{${this.#keys.map((key) => `${JSON.stringify(key)}:{`).join('')}`;
      }
      this.#keyAt = this.#captured.length + at - this.#from;
    }
  }

  /** What stands before the list that begins in its object, closed, if it names a protocol. */
  #finishBeside(chunk: string, at: number): JsonPiece | null {
    const keyAt = this.#keyAt;
    const names = this.#namesProtocol;
    const piece = names ? this.#finish(chunk, at) : null;
    this.#isCapturing = false;
    this.#namesProtocol = false;
    if (!piece || 'fault' in piece) return piece;
    const text = piece.json.slice(0, keyAt).trimEnd();
    const json = `${text.endsWith(',') ? text.slice(0, -1) : text}${'}'.repeat(this.#depth)}`;
    return { ...piece, json };
  }

  #keep(chunk: string, to: number): void {
    if (this.#captured.length + to - this.#from > MAX_JSON_ENTRY_LENGTH) this.#isTooLong = true;
    this.#captured = this.#isTooLong ? '' : this.#captured + chunk.slice(this.#from, to);
  }

  #finish(chunk: string, to: number): JsonPiece | null {
    if (!this.#isCapturing) return null;
    this.#isCapturing = false;
    this.#keep(chunk, to);
    if (this.#isBeside && !this.#namesProtocol) return null;
    return this.#isTooLong ? { fault: 'too_long' } : { json: this.#captured, scheme: this.#scheme };
  }
}

/** The object under a list key, as in `{"proxies":{"http":[…]}}`; else the value itself. */
export function documentIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (hasHost(value)) return value;
  return underListKeys(value).find((each) => typeof each === 'object' && each !== null) ?? value;
}

/** What stands under the keys of lists, in any case, the preferred key first. */
function underListKeys(value: object): readonly unknown[] {
  const entries = Object.entries(value);
  return LIST_KEYS.map((key) => entries.find(([name]) => name.toLowerCase() === key)?.[1]);
}

function hasHost(value: object): boolean {
  return Object.keys(value).some((key) => fieldOf(key) === 'host');
}

/** The list that a JSON value is or holds; null when the value is an entry. */
export function listIn(whole: unknown): readonly unknown[] | null {
  const value = documentIn(whole);
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null || hasHost(value)) return null;
  return underListKeys(value).find((list): list is unknown[] => Array.isArray(list)) ?? null;
}

/**
 * The parsed JSON, or undefined, also when it nests too deep to be walked. The parser's message is
 * dropped because it quotes the text.
 */
export function parseJson(text: string): unknown {
  try {
    return mayNestTooDeep(text) && nestsTooDeep(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a text opens enough arrays and objects to nest too deep; hardly any entry does. */
function mayNestTooDeep(text: string): boolean {
  let opened = 0;
  for (const sign of '[{') {
    for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) opened++;
  }
  return opened > MAX_JSON_DEPTH;
}
