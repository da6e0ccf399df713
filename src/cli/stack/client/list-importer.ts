import { InvalidInputError } from '../../../errors.ts';
import { toListEntryJson } from '../../../proxies/list-entry.ts';
import type { ListCounts } from '../../../proxies/list-tally.ts';
import type { ListedProxy } from '../../check/list-reader.ts';
import type { RejectedLine } from '../../output/report.ts';
import type { LighthouseApi } from './lighthouse-api.ts';

/** Entries per request: the embedded tables of a busy machine write them well within the limit. */
const CHUNK_ENTRIES = 500;
/** Bytes per request: a Lambda function takes 6 MB per call ("Lambda quotas"). */
const CHUNK_BYTES = 2_000_000;

export interface ImportOutcome {
  readonly added: number;
  readonly existing: number;
  /** Well-formed proxies that the stack does not accept, such as private addresses. */
  readonly refused: number;
}

export interface ImportOptions {
  readonly poolName: string;
  /** How many consumers may hold each new proxy at once. @default the stack's, 1 */
  readonly maxConcurrency?: number | 'unlimited' | undefined;
  /** Called for each imported proxy with the id that the pool gives it. */
  readonly onImported?: (proxyId: string, line: number) => void;
  /** Called for each well-formed line that the stack refused. */
  readonly onRejected: (rejected: RejectedLine) => Promise<void>;
}

interface Chunk {
  readonly lines: number[];
  readonly entries: string[];
  bytes: number;
}

/**
 * Sends proxies to a pool in chunks, one after another, and holds one chunk at a time.
 *
 * @throws {InvalidInputError} when an answer names an entry that was not sent
 */
export async function importListed(
  api: LighthouseApi,
  listed: AsyncIterable<ListedProxy>,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const outcome = { added: 0, existing: 0, refused: 0 };
  for await (const chunk of toChunks(listed)) {
    const ndjson = `${chunk.entries.join('\n')}\n`;
    const answer = await api.importEntries(options.poolName, ndjson, options.maxConcurrency);
    outcome.added += answer.added;
    outcome.existing += answer.existing;
    outcome.refused += answer.rejected;
    for (const { line, proxyId } of answer.lines ?? []) {
      options.onImported?.(proxyId, lineAt(chunk, line));
    }
    for (const rejection of answer.rejections) {
      await options.onRejected({ ...rejection, line: lineAt(chunk, rejection.line) });
    }
  }
  return outcome;
}

async function* toChunks(listed: AsyncIterable<ListedProxy>): AsyncGenerator<Chunk> {
  let chunk: Chunk = { lines: [], entries: [], bytes: 0 };
  for await (const { line, proxy } of listed) {
    const entry = toListEntryJson(proxy);
    const bytes = Buffer.byteLength(entry) + 1;
    if (chunk.entries.length >= CHUNK_ENTRIES || chunk.bytes + bytes > CHUNK_BYTES) {
      yield chunk;
      chunk = { lines: [], entries: [], bytes: 0 };
    }
    chunk.lines.push(line);
    chunk.entries.push(entry);
    chunk.bytes += bytes;
  }
  if (chunk.entries.length > 0) yield chunk;
}

/** Counts the lines that the stack refused as rejected. */
export function countRefused(list: ListCounts, { refused }: ImportOutcome): ListCounts {
  return { ...list, accepted: list.accepted - refused, rejected: list.rejected + refused };
}

function lineAt(chunk: Chunk, line: number): number {
  const own = chunk.lines[line - 1];
  if (own !== undefined) return own;
  throw new InvalidInputError(`the stack answered for entry ${line}, which it was not sent`);
}
