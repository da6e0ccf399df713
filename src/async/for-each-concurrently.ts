/** How many items are worked on at once, and how. */
export interface ForEachOptions<T> {
  /** The most items being worked on. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Its signal aborts with the caller's, and when the source or other work throws. */
  readonly work: (item: T, signal: AbortSignal) => Promise<void>;
}

/**
 * Works on items that come in groups, several at once. The next group is read when the last item of
 * one has begun, so memory does not depend on their number. When the source or the work throws, work
 * under way is aborted and waited for.
 *
 * @throws the signal's reason when it is aborted; what the source or the work throws first
 */
export async function forEachConcurrently<T>(
  groups: AsyncIterable<readonly T[]>,
  { concurrency, signal, work }: ForEachOptions<T>,
): Promise<void> {
  const stop = new AbortController();
  const failures: unknown[] = [];
  let active = 0;
  let wake = (): void => {};
  const ended = () => {
    active -= 1;
    wake();
  };
  const fail = (error: unknown) => {
    failures.push(error);
    stop.abort(error);
    wake();
  };
  const failed = (error: unknown) => {
    fail(error);
    ended();
  };
  const activeAtMost = async (most: number) => {
    while (active > most) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const abort = () => fail(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', abort, { once: true });
  try {
    reading: for await (const group of groups) {
      for (const item of group) {
        if (active >= concurrency) await activeAtMost(concurrency - 1);
        if (failures.length > 0) break reading;
        active += 1;
        work(item, stop.signal).then(ended, failed);
      }
    }
  } catch (error) {
    fail(error);
  } finally {
    await activeAtMost(0);
    signal.removeEventListener('abort', abort);
  }
  if (failures.length > 0) throw failures[0];
}
