import type { ListEntry } from '../list-entry.ts';
import { RejectionReason, reject } from '../rejection.ts';
import { type Entries, type EntryMaker, flatten } from './entry-maker.ts';
import { indexFields, pickFields } from './fields.ts';
import { parseFieldsForm } from './fields-form.ts';
import {
  type JsonPiece,
  JsonSplitter,
  listIn,
  MAX_JSON_ENTRY_LENGTH,
  parseJson,
} from './json-splitter.ts';
import { type EntryReader, LineReader } from './line-reader.ts';
import { REDACTED } from './redact.ts';
import { makeAll, readTextLine } from './text-reader.ts';

const FAULTS = {
  too_long: `the entry is longer than ${MAX_JSON_ENTRY_LENGTH} characters`,
  truncated: 'the document ends before its brackets and quotes are closed',
} as const;
const NOT_JSON = 'the entry is not JSON';
const NOT_AN_ENTRY = 'an entry is an object with host and port, or a string such as "host:port"';

/** Reads a JSON document; `line` counts its entries. */
export class JsonReader implements EntryReader {
  readonly #splitter = new JsonSplitter();
  readonly #maker: EntryMaker;
  #ordinal = 0;

  constructor(maker: EntryMaker) {
    this.#maker = maker;
  }

  *push(chunk: string): Generator<ListEntry> {
    yield* this.#read(this.#splitter.push(chunk));
  }

  *end(): Generator<ListEntry> {
    yield* this.#read(this.#splitter.end());
  }

  *#read(pieces: Iterable<JsonPiece>): Generator<ListEntry> {
    for (const piece of pieces) {
      this.#ordinal += 1;
      const entries =
        'fault' in piece
          ? rejectJson(this.#maker, FAULTS[piece.fault], this.#ordinal)
          : readJson(this.#maker, piece.json, this.#ordinal);
      yield* flatten([entries]);
    }
  }
}

/** Reads one JSON value per line; the value may also be a whole list. See `LineReader`. */
export function createNdjsonReader(maker: EntryMaker, linesBefore: number): EntryReader {
  return new LineReader((text, line) => {
    const value = parseJson(text);
    const list = value === undefined ? null : listIn(value);
    if (list === null) return readJson(maker, text, line);
    return flatten(list.map((entry) => readValue(maker, entry, line)));
  }, linesBefore);
}

function readJson(maker: EntryMaker, text: string, line: number): Entries {
  const value = parseJson(text);
  return value === undefined ? rejectJson(maker, NOT_JSON, line) : readValue(maker, value, line);
}

function readValue(maker: EntryMaker, value: unknown, line: number): Entries {
  if (typeof value === 'string' && value.trim() !== '')
    return readTextLine(maker, value.trim(), line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejectJson(maker, NOT_AN_ENTRY, line);
  }
  const fields = pickFields(indexFields(Object.keys(value)), Object.values(value));
  return makeAll(maker, parseFieldsForm(fields), line);
}

function rejectJson(maker: EntryMaker, detail: string, line: number): ListEntry {
  const rejection = reject(RejectionReason.invalidJson, detail);
  return maker.reject(rejection, { line, redacted: () => REDACTED });
}
