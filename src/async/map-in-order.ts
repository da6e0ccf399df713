import { type MapConcurrentlyOptions, mapConcurrently } from './map-concurrently.ts';

/**
 * Works on the items of any iterable, several at once, and yields results in the order of the items.
 * A slow item holds back at most `concurrency` later ones. A result is yielded only when every item
 * before it has succeeded, so the results up to a failure are those of the first items, without a
 * gap. In all else it is `mapConcurrently`.
 *
 * @throws the signal's reason when it is aborted; what the source or the work throws
 */
export function mapInOrder<T, R>(
  source: Iterable<T> | AsyncIterable<T>,
  { work, ...options }: MapConcurrentlyOptions<T, R>,
): AsyncGenerator<R, void, undefined> {
  let previous: Promise<unknown> = Promise.resolve();
  return mapConcurrently(source, {
    ...options,
    work: (item, signal) => {
      const own = afterwards(previous, work(item, signal));
      previous = own;
      return own;
    },
  });
}

async function afterwards<R>(previous: Promise<unknown>, result: Promise<R>): Promise<R> {
  const value = await result;
  await previous;
  return value;
}
