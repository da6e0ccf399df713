import { abortable, chunksOf } from '../async/iterables.ts';
import { InvalidInputError } from '../errors.ts';
import { BuiltInProtocol } from './endpoint.ts';
import { EntryMaker } from './list/entry-maker.ts';
import { nameColumns, refuseColumns } from './list/fields/named-columns.ts';
import { decode, type ListSource } from './list/read/decode.ts';
import { type CreateReader, DetectingReader, type ListFormat } from './list/read/format.ts';
import { createNdjsonReader, JsonReader } from './list/read/json-reader.ts';
import type { EntryReader } from './list/read/line-reader.ts';
import { createTextReader } from './list/read/text-reader.ts';
import { defaultScheme, schemesWith } from './list/schemes.ts';
import type { ListEntry } from './list-entry.ts';
import { type PoolSalt, processSalt } from './proxy.ts';

export type { ListFormat, ListSource };

/** How a list is read. */
export interface ListOptions {
  /** The protocol, or a scheme such as `socks4a`, of entries that name none. @default 'http' */
  readonly defaultProtocol?: string;
  /** Accepts proxies on private and loopback addresses; see `refuseAddress`. @default false */
  readonly allowPrivateAddresses?: boolean;
  /** The salt of the pool the list is for. @default the salt of this process */
  readonly salt?: PoolSalt;
  /** @default 'auto' (told from the beginning of the list) */
  readonly format?: ListFormat | 'auto';
  /** Expands `1.2.3.0/30` and `8080-8090`, to at most 65,536 proxies each. @default false */
  readonly expandRanges?: boolean;
  /** Protocols besides the built-in ones that entries may name. @default none */
  readonly extraProtocols?: readonly string[];
  /**
   * What the columns of lines hold, in their order, such as `host`, `port`, `-`, `username`,
   * `password`; `-` is not read. Lines with another number of columns are rejected.
   *
   * @default told by the header, or by the form of each line
   */
  readonly columns?: readonly string[];
  /** How many times gzip may expand at most, beyond the first MiB. @default 100 */
  readonly maxExpansionRatio?: number;
  readonly signal?: AbortSignal;
}

/** Read without a pause, in half a millisecond, so that a probe's answer does not wait for long. */
const CHUNK_SIZE = 32;

/** Above what lists of proxies reach (3 to 40), far below a bomb (deflate's limit is 1,032). */
const DEFAULT_MAX_EXPANSION_RATIO = 100;

/**
 * Reads a list of proxies, gzipped or not, while it arrives: plain text, CSV, JSON or NDJSON. Every
 * entry is accounted for, in order: accepted, duplicate, skipped, or rejected with its reason; a
 * bad one never fails the list. Memory is constant plus at most 32 bytes for each accepted entry.
 *
 * @throws {InvalidInputError} when `defaultProtocol` or a column is unknown, or gzip is damaged or expands
 * beyond `maxExpansionRatio`
 * @throws the signal's reason when it is aborted; what the source throws
 */
export async function* parseProxyList(
  source: ListSource,
  options: ListOptions = {},
): AsyncGenerator<ListEntry, undefined> {
  for await (const entries of parseInChunks(source, options)) {
    for (const entry of entries) yield entry;
  }
}

/**
 * The same, a few entries at a time: a turn of a generator for each costs as much as reading it.
 *
 * @throws what `parseProxyList` throws
 */
export async function* parseInChunks(
  source: ListSource,
  options: ListOptions = {},
): AsyncGenerator<readonly ListEntry[], undefined> {
  const maker = createMaker(options);
  const parts = typeof source === 'string' || source instanceof Uint8Array ? [source] : source;
  const { format = 'auto', maxExpansionRatio = DEFAULT_MAX_EXPANSION_RATIO, signal } = options;
  const create: CreateReader = (detected, blankLines) => createReader(maker, detected, blankLines);
  const reader = format === 'auto' ? new DetectingReader(create) : create(format, 0);
  for await (const chunk of decode(abortable(parts, signal), maxExpansionRatio)) {
    for (const entries of chunksOf(reader.push(chunk), CHUNK_SIZE)) yield entries;
  }
  for (const entries of chunksOf(reader.end(), CHUNK_SIZE)) yield entries;
}

function createMaker(options: ListOptions): EntryMaker {
  const schemes = schemesWith(options.extraProtocols ?? []);
  const { columns } = options;
  const fault = columns ? refuseColumns(columns) : null;
  if (fault !== null) {
    throw new InvalidInputError(`columns ${fault}`, [{ pointer: '/columns', detail: fault }]);
  }
  return new EntryMaker({
    schemes,
    defaultScheme: defaultScheme(schemes, options.defaultProtocol ?? BuiltInProtocol.http),
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    salt: options.salt ?? processSalt,
    expandRanges: options.expandRanges ?? false,
    columns: columns ? nameColumns(columns, schemes) : null,
  });
}

function createReader(maker: EntryMaker, format: ListFormat, linesBefore: number): EntryReader {
  if (format === 'json') return new JsonReader(maker);
  return format === 'ndjson'
    ? createNdjsonReader(maker, linesBefore)
    : createTextReader(maker, linesBefore);
}
