import { randomUUID } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from '../errors.ts';
import type { Sink } from './report.ts';

const FLUSH_LENGTH = 64 * 1024;

/**
 * Opens a file that appears whole or not at all: it is written next to its final path and renamed
 * on commit, so an interrupted or failed run never replaces a good report with half of one.
 * Anything but a plain file (`/dev/null`, a named pipe) is written to directly.
 *
 * @throws {InvalidInputError} when the file cannot be created
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

/** Where a file is written, and where it goes on commit. */
interface Place {
  readonly partPath: string;
  readonly finalPath: string;
}

class FileSink implements Sink {
  readonly #path: string;
  readonly #handle: FileHandle;
  /** Null when the file is written to directly. */
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
