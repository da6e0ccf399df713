import { mapInOrder } from '../../../async/map-in-order.ts';
import { InvalidInputError } from '../../../errors.ts';
import type { ListCounts } from '../../../proxies/list-tally.ts';
import type { ListedProxy } from '../../check/list-reader.ts';
import type { RejectedLine } from '../../output/report.ts';
import type { ImportAnswer } from './api-schemas.ts';
import { type Chunk, chunkList } from './import-chunks.ts';
import { type ImportRetries, sendRepeatedly, stoppedAt } from './import-retries.ts';
import type { LighthouseApi } from './lighthouse-api.ts';

/**
 * Requests under way at once by default: in the cloud each is a Lambda function of its own, and new
 * accounts often have ten in all. The embedded tables do one thing at a time, and several requests
 * would only make each one slower.
 */
export const IMPORT_CONCURRENCY = { deployed: 4, local: 1 } as const;

/** What became of the proxies that were sent so far. They are the first of the list, without a gap. */
export interface ImportOutcome {
  readonly added: number;
  readonly existing: number;
  /** Well-formed proxies that the stack does not accept, such as private addresses. */
  readonly refused: number;
  /** Proxies that the stack takes for one before them in the same request. */
  readonly duplicate: number;
  /** The line of the last proxy that was sent; 0 before the first. */
  readonly line: number;
  /** Requests that were sent again; proxies of theirs may count as existing though they are new. */
  readonly repeated: number;
  /** The columns, keys and kinds of cells of which the stack kept nothing. */
  readonly ignoredColumns: readonly string[];
}

export interface ImportOptions {
  readonly poolName: string;
  readonly signal?: AbortSignal;
  /** Requests under way at once, 1 to 16. */
  readonly concurrency: number;
  /** How many consumers may hold each new proxy at once. @default the stack's, 1 */
  readonly maxConcurrency?: number | 'unlimited' | undefined;
  /** How often, and after which waits, a request is sent again. @default `IMPORT_RETRIES` */
  readonly retries?: ImportRetries;
  /** Called for each imported proxy, in the order of the list, with the id that the pool gives it. */
  readonly onImported?: (proxyId: string, line: number) => void;
  /** Called, in the order of the list, for each well-formed line that the stack refused. */
  readonly onRejected: (rejected: RejectedLine) => Promise<void>;
  /** Called after each request with the outcome so far. */
  readonly onProgress?: (outcome: ImportOutcome) => void;
}

const NOTHING: ImportOutcome = {
  added: 0,
  existing: 0,
  refused: 0,
  duplicate: 0,
  line: 0,
  repeated: 0,
  ignoredColumns: [],
};

/**
 * Sends proxies to a pool in chunks, several at once, and holds only those. A chunk whose request
 * fails for a reason that may pass is sent again: importing changes nothing that is there.
 *
 * @throws {ApiError} when the stack refuses a chunk, or goes on failing; the message says how far the
 * import got
 * @throws {InvalidInputError} when an answer names an entry that was not sent
 */
export async function importListed(
  api: LighthouseApi,
  listed: AsyncIterable<readonly ListedProxy[]>,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const { poolName, maxConcurrency, concurrency } = options;
  const lines = options.onImported !== undefined;
  const work = async (chunk: Chunk, signal: AbortSignal) => {
    const send = () => api.importEntries(poolName, chunk.ndjson, { lines, maxConcurrency, signal });
    return { chunk, ...(await sendRepeatedly(send, signal, options.retries)) };
  };
  let outcome = NOTHING;
  try {
    const { signal } = options;
    const sent = mapInOrder(chunkList(listed), { concurrency, signal, work });
    for await (const { chunk, answer, repetitions } of sent) {
      await report(chunk, answer, options);
      outcome = addTo(outcome, chunk, { answer, repetitions });
      options.onProgress?.(outcome);
    }
    return outcome;
  } catch (error) {
    throw stoppedAt(error, outcome);
  }
}

async function report(
  chunk: Chunk,
  { lines = [], rejections }: ImportAnswer,
  { onImported, onRejected }: ImportOptions,
): Promise<void> {
  for (const { line, proxyId } of lines) onImported?.(proxyId, lineAt(chunk, line));
  for (const rejection of rejections) {
    await onRejected({ ...rejection, line: lineAt(chunk, rejection.line) });
  }
}

function addTo(
  outcome: ImportOutcome,
  { lines }: Chunk,
  { answer, repetitions }: { readonly answer: ImportAnswer; readonly repetitions: number },
): ImportOutcome {
  return {
    added: outcome.added + answer.added,
    existing: outcome.existing + answer.existing,
    refused: outcome.refused + answer.rejected,
    duplicate: outcome.duplicate + answer.duplicate,
    line: lines.at(-1) ?? outcome.line,
    repeated: outcome.repeated + repetitions,
    ignoredColumns: [...new Set([...outcome.ignoredColumns, ...answer.ignoredColumns])],
  };
}

/** Counts the lines that the stack refused as rejected, and those it had in one request as duplicate. */
export function countRefused(list: ListCounts, { refused, duplicate }: ImportOutcome): ListCounts {
  return {
    ...list,
    accepted: list.accepted - refused - duplicate,
    duplicate: list.duplicate + duplicate,
    rejected: list.rejected + refused,
  };
}

function lineAt(chunk: Chunk, line: number): number {
  const own = chunk.lines[line - 1];
  if (own !== undefined) return own;
  throw new InvalidInputError(`the stack answered for entry ${line}, which it was not sent`);
}
