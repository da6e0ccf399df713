import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InvalidInputError } from '../../errors.ts';

/** Output that no ratio is asked of: a short list may repeat itself as it likes. */
const FREE_BYTES = 1024 * 1024;

/** Whether the bytes begin as gzip does: RFC 1952, section 2.3.1. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Decompresses gzip while it arrives.
 *
 * @param maxExpansionRatio the most bytes that one compressed byte may become, on the whole
 * @throws InvalidInputError when the data is damaged, cut short, or expands beyond the ratio
 */
export async function* gunzip(
  parts: AsyncIterable<string | Uint8Array>,
  maxExpansionRatio: number,
): AsyncGenerator<Uint8Array> {
  const stream = createGunzip();
  let sourceError: unknown = null;
  const source = watch(parts, (error) => {
    sourceError = error;
  });
  // What fails in the pipeline destroys the stream, and is thrown where the stream is read.
  pipeline(source, stream).catch(() => undefined);
  let produced = 0;
  try {
    for await (const chunk of stream) {
      produced += chunk.length;
      if (produced > FREE_BYTES && produced > maxExpansionRatio * stream.bytesWritten) {
        throw new InvalidInputError(
          `The compressed list expands more than ${maxExpansionRatio} times; send it uncompressed.`,
        );
      }
      yield chunk;
    }
  } catch (cause) {
    if (cause === sourceError || cause instanceof InvalidInputError) throw cause;
    throw new InvalidInputError('The compressed list is damaged or cut short.', [], { cause });
  } finally {
    stream.destroy();
  }
}

async function* watch(
  parts: AsyncIterable<string | Uint8Array>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
  } catch (error) {
    onError(error);
    throw error;
  }
}
