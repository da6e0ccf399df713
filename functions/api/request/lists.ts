import { InvalidInputError } from '../../../src/errors.ts';
import type { ListEntry, RejectedEntry } from '../../../src/proxies/list-entry.ts';
import { type ListFormat, parseProxyList } from '../../../src/proxies/list-parser.ts';
import type { PoolSalt } from '../../../src/proxies/proxy.ts';
import type { ApiDependencies } from '../api-dependencies.ts';
import { tooLarge } from '../reply/problem.ts';

/** The most rejections shown of a list that holds no valid proxy. */
const MAX_REJECTIONS_SHOWN = 10;

/** A list sent to the API. */
export interface ReceivedList {
  readonly source: string | Uint8Array;
  readonly format: ListFormat | 'auto';
  /** The salt of the pool it is for. */
  readonly salt: PoolSalt;
  /** The most entries it may have. */
  readonly maxEntries: number;
  /** What the columns of lines hold. @default told by header or form */
  readonly columns?: readonly string[];
}

/**
 * Reads a whole list before any of it is used, so that a bad list stores nothing.
 *
 * @throws {InvalidInputError} when it is damaged or holds no valid proxy
 * @throws {HttpProblem} 413 when it has too many entries
 */
export async function readList(
  { allowPrivateAddresses, extraProtocols }: ApiDependencies,
  { source, format, salt, maxEntries, columns }: ReceivedList,
): Promise<readonly ListEntry[]> {
  const entries: ListEntry[] = [];
  const policy = { allowPrivateAddresses, extraProtocols };
  const options = { format, salt, ...policy, ...(columns && { columns }) };
  for await (const entry of parseProxyList(source, options)) {
    if (entries.length === maxEntries) {
      throw tooLarge(
        `the list has more than ${maxEntries} entries, blank lines and comments included; ` +
          'import longer ones in parts with POST /pools/{pool}/proxies; importing twice changes nothing',
      );
    }
    entries.push(entry);
  }
  if (!entries.some(({ kind }) => kind === 'accepted')) throw noProxyIn(entries);
  return entries;
}

function noProxyIn(entries: readonly ListEntry[]): InvalidInputError {
  const rejected = entries.filter((entry): entry is RejectedEntry => entry.kind === 'rejected');
  return new InvalidInputError(
    `the list holds no valid proxy (${entries.length} entries read, ${rejected.length} rejected)`,
    rejected.slice(0, MAX_REJECTIONS_SHOWN).map(({ line, reason, detail }) => ({
      pointer: '',
      detail: `entry ${line}: ${detail} (${reason})`,
    })),
  );
}
