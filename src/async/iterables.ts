import { onAbort } from './on-abort.ts';

/** The iterator of an iterable of either kind. */
export function iteratorOf<T>(
  source: Iterable<T> | AsyncIterable<T>,
): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in source
    ? source[Symbol.asyncIterator]()
    : source[Symbol.iterator]();
}

/**
 * Yields what a source yields until the signal aborts, even while the source keeps it waiting.
 *
 * @throws the signal's reason when it is aborted; what the source throws
 */
export async function* abortable<T>(
  source: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (!signal) {
    yield* source;
    return;
  }
  const iterator = iteratorOf(source);
  let isWaiting = false;
  try {
    while (true) {
      isWaiting = true;
      const next = await nextOrAbort(iterator, signal);
      isWaiting = false;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // A source that is still to answer does not answer `return` either.
    const closed = Promise.resolve(iterator.return?.()).catch(() => undefined);
    if (!isWaiting) await closed;
  }
}

async function nextOrAbort<T>(
  iterator: Iterator<T> | AsyncIterator<T>,
  signal: AbortSignal,
): Promise<IteratorResult<T>> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const forget = onAbort(signal, () => aborted.reject(signal.reason));
  try {
    return await Promise.race([iterator.next(), aborted.promise]);
  } finally {
    forget();
  }
}

/** Cuts items into arrays of `size`, such as a call takes; the last one may be shorter. */
export function* chunksOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Yields what a source yields in arrays of `size`; the last one may be shorter. */
export async function* inChunks<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of source) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Yields one item, then the rest. Closes the rest at the end, even if only the first is taken. */
export async function* prepend<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
