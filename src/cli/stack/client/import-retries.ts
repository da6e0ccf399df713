import { type BackOff, waitToRepeat } from '../../../async/back-off.ts';
import { InvalidInputError } from '../../../errors.ts';
import { ApiError } from './api-error.ts';
import type { ImportAnswer } from './api-schemas.ts';

/** How often a request is sent again, and after which waits. */
export interface ImportRetries {
  readonly repetitions: number;
  readonly backOff: BackOff;
}

/** Five repetitions within a quarter of a minute: throttles and cold starts are over by then. */
const IMPORT_RETRIES: ImportRetries = {
  repetitions: 5,
  backOff: { firstMs: 500, maxMs: 10_000 },
};

/** What may pass: no answer, and 408, 429 and 5xx (RFC 9110, section 15; RFC 6585, section 4). */
const PASSING: ReadonlySet<number | null> = new Set([null, 408, 429, 500, 502, 503, 504]);

interface SentChunk {
  readonly answer: ImportAnswer;
  readonly repetitions: number;
}

/**
 * Sends a chunk, again after a wait when that may help.
 *
 * @throws {ApiError} when the stack refuses it or goes on failing
 * @throws the signal's reason when it is aborted
 */
export async function sendRepeatedly(
  send: () => Promise<ImportAnswer>,
  signal: AbortSignal,
  { repetitions, backOff }: ImportRetries = IMPORT_RETRIES,
): Promise<SentChunk> {
  for (let repetition = 0; ; repetition++) {
    try {
      return { answer: await send(), repetitions: repetition };
    } catch (error) {
      if (repetition === repetitions || !mayPass(error)) throw error;
    }
    await waitToRepeat(backOff, repetition + 1, signal);
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof ApiError && PASSING.has(error.status);
}

/** How far an import got: the first of the list, without a gap. */
interface Progress {
  readonly added: number;
  readonly existing: number;
  readonly line: number;
}

/** Adds to an error how far the import got. An error before the first chunk keeps its message. */
export function stoppedAt(error: unknown, progress: Progress): unknown {
  if (progress.line === 0 && !mayPass(error)) return error;
  const message = error instanceof Error ? `${error.message}; ${howFar(progress)}` : '';
  const options = { cause: error };
  if (error instanceof ApiError) return new ApiError(message, error, options);
  return error instanceof InvalidInputError
    ? new InvalidInputError(message, error.issues, options)
    : error;
}

/** Says how far an import got, and that the same command goes on. */
export function howFar({ added, existing, line }: Progress): string {
  const imported =
    line === 0
      ? 'nothing is sure to have been imported'
      : `${added + existing} proxies, all up to line ${line}, had been imported`;
  return `${imported}; import the list again to go on: what is there already does not change`;
}
