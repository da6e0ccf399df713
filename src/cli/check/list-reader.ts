import { InvalidInputError } from '../../errors.ts';
import { parseInChunks } from '../../proxies/list-parser.ts';
import { ListTally } from '../../proxies/list-tally.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import type { RejectedLine } from '../output/report.ts';
import type { ListFlags } from './check-flags.ts';
import type { ListInput } from './list-input.ts';

/** A proxy with the line it came from. */
export interface ListedProxy {
  readonly line: number;
  readonly proxy: Proxy;
}

/** How many rejections explain why a list has no valid proxy. */
const EXPLAINED_REJECTIONS = 3;

/** Reads a list once and counts every line; keeps only the first few rejections. */
export class ListReader {
  readonly tally = new ListTally();
  /** Whether every line was read; the counts are final then. */
  ended = false;
  readonly #entries: ReturnType<typeof parseInChunks>;
  readonly #source: ListInput;
  readonly #onRejected: (rejected: RejectedLine) => Promise<void>;
  readonly #explained: RejectedLine[] = [];

  constructor(
    source: ListInput,
    flags: ListFlags,
    options: {
      readonly onRejected: (rejected: RejectedLine) => Promise<void>;
      readonly signal: AbortSignal;
    },
  ) {
    this.#source = source;
    this.#onRejected = options.onRejected;
    this.#entries = parseInChunks(source.stream, {
      defaultProtocol: flags.protocol,
      format: flags.listFormat,
      allowPrivateAddresses: flags.private,
      expandRanges: flags.expandRanges ?? false,
      ...(flags.columns && { columns: flags.columns }),
      signal: options.signal,
    });
  }

  /**
   * Reads up to the first proxy and returns the sequence of all proxies, a few at a time.
   *
   * @throws {InvalidInputError} when the list holds no valid proxy
   */
  async open(): Promise<AsyncGenerator<readonly ListedProxy[]>> {
    const first = await this.#nextProxies();
    if (first === null) throw this.#noValidProxy();
    return this.#yieldProxies(first);
  }

  /**
   * How many proxies are still to be read, as far as that can be told: by what the file has left,
   * or as many as there were so far.
   */
  get expected(): number {
    if (this.ended) return 0;
    const share = this.#source.shareRead();
    const { accepted } = this.tally.counts;
    if (share === null) return accepted;
    return share > 0 ? accepted * (1 / Math.min(1, share) - 1) : 0;
  }

  async *#yieldProxies(first: readonly ListedProxy[]): AsyncGenerator<readonly ListedProxy[]> {
    try {
      yield first;
      for (let next = await this.#nextProxies(); next; next = await this.#nextProxies()) yield next;
    } finally {
      await this.#entries.return(undefined);
    }
  }

  /** Reads on until there are proxies; null at the end of the list. */
  async #nextProxies(): Promise<readonly ListedProxy[] | null> {
    for (let next = await this.#entries.next(); !next.done; next = await this.#entries.next()) {
      const listed: ListedProxy[] = [];
      for (const entry of next.value) {
        this.tally.add(entry);
        if (entry.kind === 'accepted') listed.push({ line: entry.line, proxy: entry.proxy });
        else if (entry.kind === 'rejected') await this.#reject(entry);
      }
      if (listed.length > 0) return listed;
    }
    this.ended = true;
    return null;
  }

  async #reject(rejected: RejectedLine): Promise<void> {
    if (this.#explained.length < EXPLAINED_REJECTIONS) this.#explained.push(rejected);
    await this.#onRejected(rejected);
  }

  #noValidProxy(): InvalidInputError {
    const { read, rejected, skipped } = this.tally.counts;
    const reasons = this.#explained.map(({ line, detail }) => `\n  line ${line}: ${detail}`);
    return new InvalidInputError(
      `${this.#source.name} holds no valid proxy (${read} lines read, ${skipped} blank or comment, ` +
        `${rejected} rejected); a line is host:port, host:port:user:password or ` +
        `scheme://user:password@host:port${reasons.join('')}`,
    );
  }
}
