import { iteratorOf } from './iterables.ts';

/** How many items are worked on at once, and how. */
export interface MapConcurrentlyOptions<T, R> {
  /** The most items being worked on, and the most results waiting to be taken. */
  readonly concurrency: number;
  readonly signal: AbortSignal | undefined;
  /** Its signal aborts with the caller's, and when the consumer takes no more results. */
  readonly work: (item: T, signal: AbortSignal) => Promise<R>;
}

/**
 * Works on the items of any iterable, several at once, and yields results as they come.
 * Items are taken only when there is room, so memory does not depend on their number. When the
 * consumer stops early, or the source or the work throws, work in flight is aborted and waited for;
 * results that were ready by then are still yielded.
 *
 * @throws the signal's reason when it is aborted; what the source or the work throws
 */
export async function* mapConcurrently<T, R>(
  source: Iterable<T> | AsyncIterable<T>,
  { concurrency, signal, work }: MapConcurrentlyOptions<T, R>,
): AsyncGenerator<R, void, undefined> {
  signal?.throwIfAborted();
  const run = new Run(source, { concurrency, signal, work });
  try {
    for (;;) {
      if (!run.hasFailed) run.pull();
      const result = run.take();
      if (result) {
        yield result.value;
        continue;
      }
      run.throwIfFailed();
      if (run.isDone) return;
      await run.change();
    }
  } finally {
    await run.stop();
  }
}

class Run<T, R> {
  readonly #options: MapConcurrentlyOptions<T, R>;
  readonly #iterator: Iterator<T> | AsyncIterator<T>;
  readonly #stop = new AbortController();
  #active = 0;
  #results: R[] = [];
  #pulling = false;
  #exhausted = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;

  constructor(source: Iterable<T> | AsyncIterable<T>, options: MapConcurrentlyOptions<T, R>) {
    this.#options = options;
    this.#iterator = iteratorOf(source);
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  get isDone(): boolean {
    return this.#exhausted && this.#active === 0 && this.#results.length === 0;
  }

  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  take(): { readonly value: R } | null {
    if (this.#results.length === 0) return null;
    return { value: this.#results.shift() as R };
  }

  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  pull(): void {
    if (!this.#pulling && this.#hasRoom) void this.#pullWhileRoom();
  }

  async stop(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#stop.abort(this.#failure?.error);
    while (this.#active > 0) await this.change();
    if (this.#exhausted) return;
    const returned = this.#iterator.return?.();
    // A source that waits for input of its own returns only when that comes.
    if (this.#pulling) Promise.resolve(returned).catch(() => {});
    else await returned;
  }

  get #hasRoom(): boolean {
    const { concurrency } = this.#options;
    return (
      !this.#exhausted &&
      !this.#stop.signal.aborted &&
      this.#active < concurrency &&
      this.#results.length < concurrency
    );
  }

  async #pullWhileRoom(): Promise<void> {
    this.#pulling = true;
    try {
      while (this.#hasRoom) {
        const next = await this.#iterator.next();
        if (next.done) this.#exhausted = true;
        else if (!this.#stop.signal.aborted) this.#launch(next.value);
      }
    } catch (error) {
      this.#exhausted = true;
      this.#fail(error);
    } finally {
      this.#pulling = false;
      this.#changed();
    }
  }

  #launch(item: T): void {
    const task = this.#options.work(item, this.#stop.signal);
    this.#active++;
    task.then(this.#succeeded, this.#failed);
  }

  readonly #succeeded = (result: R): void => {
    this.#active--;
    this.#results.push(result);
    this.#changed();
  };

  readonly #failed = (error: unknown): void => {
    this.#active--;
    this.#fail(error);
  };

  readonly #abort = (): void => {
    this.#fail(this.#options.signal?.reason);
    this.#stop.abort(this.#options.signal?.reason);
  };

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#changed();
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
