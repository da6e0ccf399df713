import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';

/** The name that stands for standard input. */
const STANDARD_INPUT = '-';

/** A list is read in small pieces, so that what its reader was given tells how much is left. */
const PIECE_BYTES = 4096;

/** A proxy list that can be read once, from its beginning. */
export interface ListInput {
  /** The name that messages use. */
  readonly name: string;
  readonly stream: Readable;
  /** The share of the list that its reader was given so far, 0 to 1; null when nobody knows. */
  readonly shareRead: () => number | null;
}

/**
 * Opens a list: a file, or standard input for `-`. The stream is destroyed when `signal` aborts, so
 * that its reader does not wait for a slow writer.
 *
 * @throws {InvalidInputError} when the file does not exist or cannot be read
 */
export async function openList(
  path: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ListInput> {
  const source = path === STANDARD_INPUT ? openStandardInput(terminal) : await openListFile(path);
  const release = (): void => {
    source.stream.destroy();
  };
  signal.addEventListener('abort', release, { once: true });
  source.stream.once('close', () => signal.removeEventListener('abort', release));
  return source;
}

function openStandardInput(terminal: Terminal): ListInput {
  if (terminal.stdin.isTTY) {
    terminal.stderr.write('note: reading the list from the terminal; end it with Ctrl-D\n');
  }
  return { name: 'standard input', stream: terminal.stdin, shareRead: () => null };
}

async function openListFile(path: string): Promise<ListInput> {
  const advice = 'give a file with one proxy per line, or - for standard input';
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const status = await handle.stat();
    if (status.isDirectory()) throw Object.assign(new Error('directory'), { code: 'EISDIR' });
    const stream = handle.createReadStream({ highWaterMark: PIECE_BYTES });
    const shareRead = () =>
      status.size > 0 ? (stream.bytesRead - stream.readableLength) / status.size : null;
    return { name: `"${path}"`, stream, shareRead };
  } catch (error) {
    await handle?.close();
    throw fileError({ role: 'the list', path, advice }, error);
  }
}
