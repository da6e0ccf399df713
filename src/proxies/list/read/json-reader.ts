import type { ListEntry } from '../../list-entry.ts';
import { RejectionReason, reject } from '../../rejection.ts';
import { type Entries, type EntryMaker, flatten } from '../entry-maker.ts';
import { type EntryPlace, readObject, readTextLine } from '../read-entry.ts';
import { REDACTED } from '../redact.ts';
import {
  documentIn,
  type JsonPiece,
  JsonSplitter,
  listIn,
  MAX_JSON_ENTRY_LENGTH,
  parseJson,
} from './json-splitter.ts';
import { type EntryReader, LineReader } from './line-reader.ts';
import { MAX_NDJSON_LINE_BYTES } from './line-splitter.ts';

const FAULTS = {
  too_long: `the entry is longer than ${MAX_JSON_ENTRY_LENGTH} characters`,
  truncated: 'the document ends before its brackets and quotes are closed',
} as const;
const NOT_JSON = 'the entry is not JSON, or nests too deep';
const NOT_AN_ENTRY = 'an entry is an object with host and port, or a string such as "host:port"';

/** Reads a JSON document; `line` counts its entries. */
export class JsonReader implements EntryReader {
  readonly #splitter: JsonSplitter;
  readonly #maker: EntryMaker;
  #ordinal = 0;

  constructor(maker: EntryMaker) {
    this.#maker = maker;
    this.#splitter = new JsonSplitter(maker.schemes);
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
      yield* flatten([readPiece(this.#maker, piece, this.#ordinal)]);
    }
  }
}

/** Reads one JSON value per line; the value may also be a whole list. See `LineReader`. */
export function createNdjsonReader(maker: EntryMaker, linesBefore: number): EntryReader {
  const readLine = (text: string, line: number): Entries => {
    const value = parseJson(text);
    if (value === undefined) return rejectJson(maker, NOT_JSON, line);
    if (listIn(value) === null) return readValue(maker, documentIn(value), { line });
    const splitter = new JsonSplitter(maker.schemes);
    const pieces = [...splitter.push(text), ...splitter.end()];
    return flatten(pieces.map((piece) => readPiece(maker, piece, line)));
  };
  return new LineReader(readLine, { linesBefore, maxLineBytes: MAX_NDJSON_LINE_BYTES });
}

function readPiece(maker: EntryMaker, piece: JsonPiece, line: number): Entries {
  return 'fault' in piece
    ? rejectJson(maker, FAULTS[piece.fault], line)
    : readJson(maker, piece.json, placeOf(line, piece.scheme));
}

function placeOf(line: number, scheme: string | null): EntryPlace {
  return scheme === null ? { line } : { line, said: { scheme } };
}

function readJson(maker: EntryMaker, text: string, place: EntryPlace): Entries {
  const value = parseJson(text);
  if (value === undefined) return rejectJson(maker, NOT_JSON, place.line);
  return readValue(maker, documentIn(value), place);
}

function readValue(maker: EntryMaker, value: unknown, place: EntryPlace): Entries {
  if (typeof value === 'string' && value.trim() !== '')
    return readTextLine(maker, value.trim(), place);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejectJson(maker, NOT_AN_ENTRY, place.line);
  }
  return readObject(maker, value, place);
}

function rejectJson(maker: EntryMaker, detail: string, line: number): ListEntry {
  const rejection = reject(RejectionReason.invalidJson, detail);
  return maker.reject(rejection, { line, redacted: () => REDACTED });
}
