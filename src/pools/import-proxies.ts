import { type Clock, systemClock } from '../clock.ts';
import { parseMaxConcurrency } from '../model/leasing-settings.ts';
import type { AcceptedEntry, ListEntry } from '../proxies/list-entry.ts';
import { type ListCounts, ListTally } from '../proxies/list-tally.ts';
import type { RejectionReason } from '../proxies/rejection.ts';
import type { Storage } from '../storage/storage.ts';
import { noteEdge } from './note-edge.ts';
import { requirePool, requireSamePool } from './require-pool.ts';

/** The most proxies inserted at once, and held in memory. */
const CHUNK_SIZE = 256;

/** The most rejected entries a report lists; its counts include all of them. */
const MAX_REJECTIONS = 100;

/** Settings of an import. */
export interface ImportOptions {
  /** Receives every entry, in order. */
  readonly onEntry?: (entry: ListEntry) => void;
  /** Whether the report tells which line became which proxy. @default false */
  readonly lines?: boolean;
  /**
   * How many consumers may hold each new proxy at once: 1 to 100, or null for unlimited.
   * @default 1
   */
  readonly maxConcurrency?: number | null;
}

/** Accounts for every entry of a list. */
export interface ImportReport extends ListCounts {
  /** How many accepted proxies were new to the pool. */
  readonly added: number;
  /** How many accepted proxies the pool already had; they do not change. */
  readonly existing: number;
  /** The columns, keys and kinds of cells of which nothing was kept; the first 100. */
  readonly ignoredColumns: readonly string[];
  /** The first 100 rejected entries. */
  readonly rejections: readonly {
    readonly line: number;
    readonly reason: RejectionReason;
    readonly detail: string;
    readonly text: string;
  }[];
  /** The proxy of each accepted line; only when `lines` was asked for. */
  readonly lines?: readonly { readonly line: number; readonly proxyId: string }[];
}

/**
 * Puts the accepted entries of a list into a pool. Their ids must be made with the pool's salt. A
 * second import of a list changes nothing. What is new to a pool with `backOff` and a schedule is
 * probed within a minute. If the pool is deleted meanwhile, the import stops at
 * the end of its chunk, and the deletion removes what it inserted.
 *
 * @throws {InvalidInputError} when `maxConcurrency` is out of range
 * @throws {NotFoundError} when there is no such pool
 * @throws {ConflictError} when the pool is being deleted
 */
export async function importProxies(
  { storage, clock = systemClock }: { readonly storage: Storage; readonly clock?: Clock },
  poolName: string,
  entries: AsyncIterable<ListEntry>,
  { onEntry, lines = false, maxConcurrency = 1 }: ImportOptions = {},
): Promise<ImportReport> {
  const limit = parseMaxConcurrency(maxConcurrency);
  const pool = await requirePool(storage, poolName);
  const { expiresAtEpochSeconds } = pool;
  const expiry = expiresAtEpochSeconds === undefined ? {} : { expiresAtEpochSeconds };
  const options = { ...expiry, maxConcurrency: limit };
  const tally = new ListTally();
  const rejections: ImportReport['rejections'][number][] = [];
  const accepted: { line: number; proxyId: string }[] = [];
  let added = 0;
  let existing = 0;
  let chunk: AcceptedEntry[] = [];
  const flush = async () => {
    const proxies = chunk.map(({ proxy }) => proxy);
    chunk = [];
    const outcome = await storage.proxies.insert(poolName, proxies, options);
    const current = await requireSamePool(storage, pool);
    if (outcome.added > 0) await noteEdge({ storage, clock }, current, 'newSince');
    added += outcome.added;
    existing += outcome.existing;
  };
  for await (const entry of entries) {
    tally.add(entry);
    onEntry?.(entry);
    if (entry.kind === 'rejected' && rejections.length < MAX_REJECTIONS) {
      const { line, reason, detail, text } = entry;
      rejections.push({ line, reason, detail, text });
    }
    if (entry.kind !== 'accepted') continue;
    if (lines) accepted.push({ line: entry.line, proxyId: entry.proxy.id });
    chunk.push(entry);
    if (chunk.length === CHUNK_SIZE) await flush();
  }
  await flush();
  const { counts, ignoredColumns } = tally;
  const report = { ...counts, added, existing, ignoredColumns, rejections };
  return lines ? { ...report, lines: accepted } : report;
}
