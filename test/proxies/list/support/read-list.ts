import { formatSecretUrl } from '../../../../src/proxies/endpoint.ts';
import type { ListEntry } from '../../../../src/proxies/list-entry.ts';
import {
  type ListOptions,
  type ListSource,
  parseProxyList,
} from '../../../../src/proxies/list-parser.ts';

/** Every entry of a list. */
export async function readList(source: ListSource, options?: ListOptions): Promise<ListEntry[]> {
  const entries: ListEntry[] = [];
  for await (const entry of parseProxyList(source, options)) entries.push(entry);
  return entries;
}

/** What became of an entry, in a word: the whole URL when accepted, else the reason. */
function outcomeOf(entry: ListEntry): string {
  if (entry.kind === 'accepted') {
    const remoteDns = entry.proxy.remoteDns ? ' remote-dns' : '';
    return `${formatSecretUrl(entry.proxy)}${remoteDns}`;
  }
  return entry.kind === 'duplicate' ? 'duplicate' : entry.reason;
}

/** The outcomes of a list, in order. */
export async function outcomesOf(source: ListSource, options?: ListOptions): Promise<string[]> {
  return (await readList(source, options)).map(outcomeOf);
}
