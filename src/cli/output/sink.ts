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

/**
 * Standard output. A reader that has gone away (`| head`) is no error: `onBroken` is called once
 * and what follows is dropped.
 */
export function createStreamSink(stream: NodeJS.WriteStream, onBroken: () => void): Sink {
  let broken: Error | undefined;
  let release: (() => void) | undefined;
  stream.on('drain', () => release?.());
  stream.on('error', (error) => {
    broken ??= error;
    release?.();
    onBroken();
  });
  return {
    async write(text) {
      if (broken || stream.write(text)) return;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    },
    async commit() {
      if (broken && errnoOf(broken) !== 'EPIPE') {
        throw fileError('the output', 'standard output', broken);
      }
    },
    async discard() {},
  };
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
    return createFileSink(path, handle, direct ? null : { partPath, finalPath });
  } catch (error) {
    throw fileError('the output file', path, error, advice);
  }
}

async function findPlace(path: string): Promise<{ finalPath: string; direct: boolean }> {
  const finalPath = await realpath(path).catch(() => path);
  const found = await stat(finalPath).catch(() => null);
  if (found?.isDirectory()) throw Object.assign(new Error('directory'), { code: 'EISDIR' });
  return { finalPath, direct: found !== null && !found.isFile() };
}

function createFileSink(
  name: string,
  handle: FileHandle,
  place: { readonly partPath: string; readonly finalPath: string } | null,
): Sink {
  let buffered = '';
  let open = true;
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      throw fileError('the output file', name, error);
    }
  };
  const flush = async (): Promise<void> => {
    const text = buffered;
    buffered = '';
    if (text) await handle.appendFile(text);
  };
  return {
    async write(text) {
      buffered += text;
      if (buffered.length >= FLUSH_LENGTH) await attempt(flush);
    },
    async commit() {
      await attempt(async () => {
        await flush();
        await handle.close();
        open = false;
        if (place) await rename(place.partPath, place.finalPath);
      });
    },
    async discard() {
      if (!open) return;
      open = false;
      await handle.close();
      if (place) await rm(place.partPath, { force: true });
    },
  };
}
