import { randomUUID } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, fileError } from '../errors.ts';

/** Where a report is written to, with back-pressure. */
export interface Sink {
  write(text: string): Promise<void>;
  /** Everything is written: make it last. */
  commit(): Promise<void>;
  /** The report is not wanted after all; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** What a stream says when its reader has gone away. */
const READER_GONE = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

/**
 * Standard output. A reader that has gone away (`| head`) is no error: `onClosed` is called once
 * and what follows is dropped. Any other failure, such as a full disk, is thrown.
 */
export function createStreamSink(stream: NodeJS.WriteStream, onClosed: () => void): Sink {
  return new StreamSink(stream, onClosed);
}

class StreamSink implements Sink {
  readonly #stream: NodeJS.WriteStream;
  readonly #onClosed: () => void;
  #broken: Error | undefined;
  #release: (() => void) | undefined;

  constructor(stream: NodeJS.WriteStream, onClosed: () => void) {
    this.#stream = stream;
    this.#onClosed = onClosed;
    stream.on('drain', () => this.#release?.());
    stream.on('error', (error) => this.#fail(error));
  }

  async write(text: string): Promise<void> {
    this.#throwIfFailed();
    if (this.#broken || this.#stream.write(text)) return;
    await new Promise<void>((resolve) => {
      this.#release = resolve;
    });
  }

  async commit(): Promise<void> {
    if (!this.#broken) await flushed(this.#stream).catch((error: Error) => this.#fail(error));
    this.#throwIfFailed();
  }

  async discard(): Promise<void> {}

  #fail(error: Error): void {
    if (this.#broken === undefined && READER_GONE.has(errnoOf(error))) this.#onClosed();
    this.#broken ??= error;
    this.#release?.();
  }

  #throwIfFailed(): void {
    if (!this.#broken || READER_GONE.has(errnoOf(this.#broken))) return;
    throw fileError({ role: 'the output', path: 'standard output' }, this.#broken);
  }
}

/** Writes one text to standard output and waits until it is out. */
export async function print(stream: NodeJS.WriteStream, text: string): Promise<void> {
  const sink = createStreamSink(stream, () => {});
  await sink.write(text);
  await sink.commit();
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write('', (error) => (error ? reject(error) : resolve()));
  });
}

const FLUSH_LENGTH = 64 * 1024;

/**
 * A file that appears whole or not at all: it is written beside its final place and renamed when
 * committed, so an interrupted or failed run never leaves half a report where a good one was.
 * Something that is not a plain file (`/dev/null`, a named pipe) is written to directly.
 *
 * @throws InvalidInputError when the file cannot be created
 */
export async function openFileSink(path: string): Promise<Sink> {
  const advice = 'give a file in a directory that exists and may be written to';
  try {
    const { finalPath, direct } = await findPlace(path);
    const partPath = direct
      ? finalPath
      : join(dirname(finalPath), `.${basename(finalPath)}.${randomUUID().slice(0, 8)}.part`);
    const handle = await open(partPath, direct ? 'w' : 'wx', 0o644);
    return new FileSink(path, handle, direct ? null : { partPath, finalPath });
  } catch (error) {
    throw fileError({ role: 'the output file', path, advice }, error);
  }
}

async function findPlace(path: string): Promise<{ finalPath: string; direct: boolean }> {
  const finalPath = await realpath(path).catch(() => path);
  const found = await stat(finalPath).catch(() => null);
  if (found?.isDirectory()) throw Object.assign(new Error('directory'), { code: 'EISDIR' });
  return { finalPath, direct: found !== null && !found.isFile() };
}

/** Where a file is written, and where it belongs. */
interface Place {
  readonly partPath: string;
  readonly finalPath: string;
}

class FileSink implements Sink {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #place: Place | null;
  #buffered = '';
  #open = true;

  constructor(path: string, handle: FileHandle, place: Place | null) {
    this.#path = path;
    this.#handle = handle;
    this.#place = place;
  }

  async write(text: string): Promise<void> {
    this.#buffered += text;
    if (this.#buffered.length >= FLUSH_LENGTH) await this.#attempt(() => this.#flush());
  }

  commit(): Promise<void> {
    return this.#attempt(async () => {
      await this.#flush();
      this.#open = false;
      await this.#handle.close();
      if (this.#place) await rename(this.#place.partPath, this.#place.finalPath);
    });
  }

  async discard(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
    if (this.#place) await rm(this.#place.partPath, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#buffered;
    this.#buffered = '';
    if (text) await this.#handle.appendFile(text);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw fileError({ role: 'the output file', path: this.#path }, error);
    }
  }
}
