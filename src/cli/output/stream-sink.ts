import { errnoOf, fileError } from '../errors.ts';
import type { Sink } from './report.ts';

/** The error codes of a stream whose reader has gone away. */
const READER_GONE = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

/** What is written goes out at the end of the event loop's turn, or when it is this long. */
const FLUSH_LENGTH = 64 * 1024;

/**
 * Creates a sink for standard output. A reader that has gone away (`| head`) is not an error:
 * `onClosed` is called once, and later text is dropped. Other failures, such as a full disk, throw.
 */
export function createStreamSink(stream: NodeJS.WriteStream, onClosed: () => void): Sink {
  return new StreamSink(stream, onClosed);
}

class StreamSink implements Sink {
  readonly #stream: NodeJS.WriteStream;
  readonly #onClosed: () => void;
  #buffered = '';
  #flush: NodeJS.Immediate | undefined;
  #broken: Error | undefined;
  #isFull = false;
  #release: (() => void) | undefined;

  constructor(stream: NodeJS.WriteStream, onClosed: () => void) {
    this.#stream = stream;
    this.#onClosed = onClosed;
    stream.on('drain', this.#drained);
    stream.on('error', (error) => this.#fail(error));
  }

  async write(text: string): Promise<void> {
    this.#throwIfFailed();
    if (this.#broken) return;
    this.#buffered += text;
    this.#flush ??= setImmediate(this.#writeOut);
    if (this.#buffered.length >= FLUSH_LENGTH) this.#writeOut();
    if (!this.#isFull) return;
    await new Promise<void>((resolve) => {
      this.#release = resolve;
    });
  }

  async commit(): Promise<void> {
    this.#writeOut();
    if (!this.#broken) await flushed(this.#stream).catch((error: Error) => this.#fail(error));
    this.#throwIfFailed();
  }

  async discard(): Promise<void> {
    // What a reader would have seen by now cannot be taken back.
    this.#writeOut();
  }

  readonly #writeOut = (): void => {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const text = this.#buffered;
    this.#buffered = '';
    if (text !== '' && !this.#broken) this.#isFull = !this.#stream.write(text);
  };

  readonly #drained = (): void => {
    this.#isFull = false;
    this.#release?.();
  };

  #fail(error: Error): void {
    if (this.#broken === undefined && READER_GONE.has(errnoOf(error))) this.#onClosed();
    this.#broken ??= error;
    this.#drained();
  }

  #throwIfFailed(): void {
    if (!this.#broken || READER_GONE.has(errnoOf(this.#broken))) return;
    throw fileError({ role: 'the output', path: 'standard output' }, this.#broken);
  }
}

/**
 * Writes a text to standard output and waits until it is flushed.
 *
 * @returns false when the reader has gone away
 */
export async function print(stream: NodeJS.WriteStream, text: string): Promise<boolean> {
  let isRead = true;
  const sink = createStreamSink(stream, () => {
    isRead = false;
  });
  await sink.write(text);
  await sink.commit();
  return isRead;
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write('', (error) => (error ? reject(error) : resolve()));
  });
}
