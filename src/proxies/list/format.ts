import { listIn, parseJson } from './json-splitter.ts';
import { MAX_LINE_BYTES } from './line-splitter.ts';

/** How a list is written. CSV and plain text may be mixed, so they are read alike. */
export type ListFormat = 'text' | 'csv' | 'json' | 'ndjson';

/**
 * Tells the format of a list from its beginning. JSON begins with `{`, or with `[` and another of
 * its signs. It is NDJSON when the first line is an object by itself and an entry.
 *
 * @param head the beginning of the list, as far as it has been read
 * @param isWhole whether nothing follows
 * @returns null when the head is too short to tell
 */
export function detectFormat(head: string, isWhole: boolean): ListFormat | null {
  const text = head.trimStart();
  if (text.startsWith('[')) {
    const next = text.slice(1).trimStart();
    if (next === '' && !isWhole && head.length < MAX_LINE_BYTES) return null;
    return next === '' || /^[[\]{"]/.test(next) ? 'json' : 'text';
  }
  if (!text.startsWith('{')) return text === '' && !isWhole ? null : 'text';
  const end = text.indexOf('\n');
  if (end < 0 && !isWhole && text.length <= MAX_LINE_BYTES) return null;
  return isEntryLine((end < 0 ? text : text.slice(0, end)).trimEnd()) ? 'ndjson' : 'json';
}

function isEntryLine(line: string): boolean {
  if (line.length > MAX_LINE_BYTES || !line.endsWith('}')) return false;
  const value = parseJson(line);
  return value === undefined ? !/^\{\s*"[^"]*"\s*:\s*\[/.test(line) : listIn(value) === null;
}
