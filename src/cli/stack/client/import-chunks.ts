import { toListEntryJson } from '../../../proxies/list-entry.ts';
import type { ListedProxy } from '../../check/list-reader.ts';

/** Entries per request: the embedded tables of a busy machine write them well within the limit. */
const CHUNK_ENTRIES = 500;
/** Bytes per request: a Lambda function takes 6 MB per call ("Lambda quotas"), in base64 4.4 MB. */
const CHUNK_BYTES = 2_000_000;

/** A part of a list as it is sent. What the list was written in no longer matters. */
export interface Chunk {
  /** The line of each entry in the list. */
  readonly lines: readonly number[];
  /** The entries, one a line. They contain passwords. */
  readonly ndjson: string;
}

/** Cuts a list into parts, each of which an import takes. */
export async function* chunkList(
  listed: AsyncIterable<readonly ListedProxy[]>,
): AsyncGenerator<Chunk> {
  let lines: number[] = [];
  let entries: string[] = [];
  let bytes = 0;
  const cut = (): Chunk => {
    const chunk = { lines, ndjson: `${entries.join('\n')}\n` };
    [lines, entries, bytes] = [[], [], 0];
    return chunk;
  };
  for await (const some of listed) {
    for (const { line, proxy } of some) {
      const entry = toListEntryJson(proxy);
      const size = Buffer.byteLength(entry) + 1;
      if (lines.length >= CHUNK_ENTRIES || bytes + size > CHUNK_BYTES) yield cut();
      lines.push(line);
      entries.push(entry);
      bytes += size;
    }
  }
  if (lines.length > 0) yield cut();
}
