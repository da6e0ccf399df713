import type { ProxyEndpoint } from './endpoint.ts';
import type { Proxy } from './proxy.ts';
import type { RejectionReason } from './rejection.ts';

/** A proxy seen for the first time in the list. */
export interface AcceptedEntry {
  readonly kind: 'accepted';
  /** Counted from 1; in a JSON document, the position of the entry. */
  readonly line: number;
  readonly proxy: Proxy;
  /** The names of columns and keys, and the kinds of cells, of which nothing was kept. */
  readonly ignored?: readonly string[];
}

/** A proxy that an earlier entry already named; the first one wins. */
interface DuplicateEntry {
  readonly kind: 'duplicate';
  readonly line: number;
  readonly proxyId: string;
}

/** A line that holds no proxy and is not meant to. */
interface SkippedEntry {
  readonly kind: 'skipped';
  readonly line: number;
  readonly reason: 'blank' | 'comment' | 'header';
}

/** An entry that cannot be used. */
export interface RejectedEntry {
  readonly kind: 'rejected';
  readonly line: number;
  readonly reason: RejectionReason;
  /** What is wrong and what would be right. */
  readonly detail: string;
  /** The entry with its credentials redacted, at most 200 characters. */
  readonly text: string;
}

/** What became of one entry of a list: a line, or each proxy of a JSON entry. */
export type ListEntry = AcceptedEntry | DuplicateEntry | SkippedEntry | RejectedEntry;

/**
 * One proxy as a line of NDJSON that `parseProxyList` reads back to the same identity, tags and labels.
 * It contains the password.
 */
export function toListEntryJson(proxy: Proxy | ProxyEndpoint): string {
  const { protocol, host, port, credentials, remoteDns, tags, labels } = proxy;
  return JSON.stringify({
    protocol,
    host,
    port,
    ...(credentials && { username: credentials.username, password: credentials.password }),
    ...(remoteDns && { remoteDns }),
    ...tags,
    ...(labels && { labels }),
  });
}
