import type { ListEntry } from '../list-entry.ts';
import { createProxy, type PoolSalt } from '../proxy.ts';
import { type Rejection, RejectionReason, reject } from '../rejection.ts';
import { DuplicateSet } from './duplicate-set.ts';
import type { NamedColumns } from './fields/named-columns.ts';
import { expandRange, isRange } from './range.ts';
import type { RawEndpoint } from './raw-endpoint.ts';
import { redactEndpoint } from './redact.ts';
import { type EndpointRules, resolveEndpoint } from './resolve-endpoint.ts';
import type { Schemes } from './schemes.ts';

/** The rules by which the entries of a list are made. */
export interface EntryRules extends EndpointRules {
  readonly salt: PoolSalt;
  readonly expandRanges: boolean;
  /** What the columns of rows hold; null when header or form tell. */
  readonly columns: NamedColumns | null;
}

/** Where an endpoint was found. */
export interface EntrySource {
  readonly line: number;
  /** Makes the text that may be shown; called only when the entry is rejected. */
  readonly redacted: () => string;
}

/** One entry, or the many that a range or a JSON entry stands for. */
export type Entries = ListEntry | Iterable<ListEntry>;

const RANGE_NOT_ALLOWED = reject(
  RejectionReason.rangeNotAllowed,
  'this is a range of addresses or ports, and ranges are read only when asked for',
);

/** Turns endpoints as written into entries, remembering which proxies came before. */
export class EntryMaker {
  readonly #rules: EntryRules;
  readonly #seen = new DuplicateSet();

  constructor(rules: EntryRules) {
    this.#rules = rules;
  }

  /** The schemes that entries may name. */
  get schemes(): Schemes {
    return this.#rules.schemes;
  }

  /** What the columns of rows hold; null when header or form tell. */
  get columns(): NamedColumns | null {
    return this.#rules.columns;
  }

  /** Makes the entry, or entries, of one endpoint. */
  make(raw: RawEndpoint | Rejection, source: EntrySource): Entries {
    if ('reason' in raw) return this.reject(raw, source);
    if (!isRange(raw)) return this.#one(raw, source);
    const singles = this.#rules.expandRanges ? expandRange(raw) : RANGE_NOT_ALLOWED;
    return 'reason' in singles ? this.reject(singles, source) : this.#many(singles, source.line);
  }

  /** Makes a rejected entry. */
  reject({ reason, detail, text }: Rejection, { line, redacted }: EntrySource): ListEntry {
    return { kind: 'rejected', line, reason, detail, text: text ?? redacted() };
  }

  *#many(singles: Iterable<RawEndpoint>, line: number): Generator<ListEntry> {
    for (const raw of singles) yield this.#one(raw, { line, redacted: () => redactEndpoint(raw) });
  }

  #one(raw: RawEndpoint, source: EntrySource): ListEntry {
    const endpoint = resolveEndpoint(raw, this.#rules);
    if ('reason' in endpoint) return this.reject(endpoint, source);
    const proxy = createProxy(endpoint, this.#rules.salt);
    if (this.#seen.add(proxy.id)) {
      const { ignored } = raw;
      return { kind: 'accepted', line: source.line, proxy, ...(ignored && { ignored }) };
    }
    return { kind: 'duplicate', line: source.line, proxyId: proxy.id };
  }
}

/** The entries of several endpoints as one sequence. */
export function* flatten(all: readonly Entries[]): Generator<ListEntry> {
  for (const entries of all) {
    if ('kind' in entries) yield entries;
    else yield* entries;
  }
}
