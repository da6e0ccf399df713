/** The longest JSON entry that is read, in UTF-16 units. */
export const MAX_JSON_ENTRY_LENGTH = 16_384;
/** The keys under which an object may hold the list. */
const LIST_KEYS: readonly string[] = ['proxies', 'results', 'data'];

const MAX_KEY_LENGTH = 1 + Math.max(...LIST_KEYS.map((key) => key.length));
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACE = 0x20;

/** The JSON of one entry, or why there is none. */
export type JsonPiece = { readonly json: string } | { readonly fault: 'too_long' | 'truncated' };

/**
 * Cuts a JSON document that arrives in chunks into the text of its entries: the elements of an
 * array, those of the array under a list key of an object, or an object that has no such key. It
 * only counts brackets and skips strings: no nesting is too deep for it, and a broken entry, which
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
  /** At the top of an object: the string read last, and the key whose value is being read. */
  #string = '';
  #key = '';

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
      this.#isCapturing = false;
      this.#depth += 1;
      this.#base = this.#depth;
      return null;
    }
    this.#begin(at);
    if (code === QUOTE) {
      this.#inString = true;
      this.#string = '';
    } else if (code === COLON) {
      if (this.#isTopOfObject()) this.#key = this.#string;
    } else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      this.#depth += 1;
    }
    return null;
  }

  #scanString(code: number): null {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (code === BACKSLASH) this.#isEscaped = true;
    else if (code === QUOTE) this.#inString = false;
    else if (this.#isTopOfObject() && this.#string.length < MAX_KEY_LENGTH) {
      this.#string += String.fromCharCode(code);
    }
    return null;
  }

  #comma(chunk: string, at: number): JsonPiece | null {
    if (this.#isTopOfObject()) this.#key = '';
    return this.#depth === this.#base ? this.#finish(chunk, at) : null;
  }

  #close(chunk: string, at: number): JsonPiece | null {
    if (this.#base > 0 && this.#depth === this.#base) {
      this.#depth -= 1;
      this.#base = 0;
      this.#key = '';
      return this.#finish(chunk, at);
    }
    this.#begin(at);
    this.#depth = Math.max(0, this.#depth - 1);
    return this.#depth === 0 ? this.#finish(chunk, at + 1) : null;
  }

  #opensList(): boolean {
    if (this.#depth === 0) return !this.#isCapturing;
    return this.#isTopOfObject() && LIST_KEYS.includes(this.#key);
  }

  #isTopOfObject(): boolean {
    return this.#depth === 1 && this.#base === 0;
  }

  #begin(at: number): void {
    if (this.#isCapturing || this.#depth !== this.#base) return;
    this.#isCapturing = true;
    this.#isTooLong = false;
    this.#captured = '';
    this.#from = at;
  }

  #keep(chunk: string, to: number): void {
    if (this.#captured.length + to - this.#from > MAX_JSON_ENTRY_LENGTH) this.#isTooLong = true;
    this.#captured = this.#isTooLong ? '' : this.#captured + chunk.slice(this.#from, to);
  }

  #finish(chunk: string, to: number): JsonPiece | null {
    if (!this.#isCapturing) return null;
    this.#isCapturing = false;
    this.#keep(chunk, to);
    return this.#isTooLong ? { fault: 'too_long' } : { json: this.#captured };
  }
}

/** The list that a JSON value is or holds; null when the value is an entry. */
export function listIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return null;
  const lists = LIST_KEYS.map((key) => Object.getOwnPropertyDescriptor(value, key)?.value);
  return lists.find((list): list is unknown[] => Array.isArray(list)) ?? null;
}

/** The parsed JSON, or undefined. The parser's message is dropped because it quotes the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
