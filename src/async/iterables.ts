/** Passes on what a source gives until the signal aborts, also while the source is waited for. */
export async function* abortable<T>(
  source: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (!signal) {
    yield* source;
    return;
  }
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
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
    // A source that does not answer does not answer `return` either.
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
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([iterator.next(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** One item, then the rest. The rest is ended with it, also when only the first one is taken. */
export async function* prepend<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
