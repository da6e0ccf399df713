import type { ResultRecord } from '../../model/result-record.ts';
import type { LineRecord } from '../output/report.ts';

/** The longest list whose results are sorted; a longer one is shown in stored order. */
const SORTED_AT_MOST = 10_000;

/** Adds to each stored result the line of its proxy; sorts the results of a short list by line. */
export async function* inLineOrder(
  results: AsyncIterable<ResultRecord>,
  lines: ReadonlyMap<string, number>,
): AsyncGenerator<LineRecord> {
  const numbered = withLines(results, lines);
  if (lines.size > SORTED_AT_MOST) {
    yield* numbered;
    return;
  }
  const records: LineRecord[] = [];
  for await (const record of numbered) records.push(record);
  yield* records.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

async function* withLines(
  results: AsyncIterable<ResultRecord>,
  lines: ReadonlyMap<string, number>,
): AsyncGenerator<LineRecord> {
  for await (const result of results) {
    yield { line: lines.get(result.proxyId) ?? null, ...result };
  }
}
