import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InvalidInputError } from '../../../errors.ts';

/** Output below which the ratio is ignored: a short list may be very repetitive. */
const FREE_BYTES = 1024 * 1024;
/** The bytes decompressed at a time: each piece costs a turn of the event loop. */
const PIECE_BYTES = 65_536;

/** A list in pieces, as it arrives. */
export type Parts = AsyncIterable<string | Uint8Array>;

/** Whether the bytes begin as gzip does: RFC 1952, section 2.3.1. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Decompresses gzip while it arrives.
 *
 * @param maxExpansionRatio the most bytes that one compressed byte may become, on average
 * @throws {InvalidInputError} when the data is damaged, cut short, or expands beyond the ratio
 */
export async function* gunzip(parts: Parts, maxExpansionRatio: number): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: PIECE_BYTES });
  let sourceError: unknown = null;
  const source = watch(parts, (error) => {
    sourceError = error;
  });
  // A failure of the pipeline destroys the stream and is thrown where the stream is read.
  pipeline(source, stream).catch(() => undefined);
  let produced = 0;
  try {
    for await (const chunk of stream) {
      produced += chunk.length;
      if (produced > FREE_BYTES && produced > maxExpansionRatio * stream.bytesWritten) {
        throw new InvalidInputError(
          `the compressed list expands more than ${maxExpansionRatio} times; send it uncompressed`,
        );
      }
      yield chunk;
    }
  } catch (cause) {
    if (cause === sourceError || cause instanceof InvalidInputError) throw cause;
    throw new InvalidInputError('the compressed list is damaged or cut short', [], { cause });
  } finally {
    stream.destroy();
  }
}

async function* watch(parts: Parts, onError: (error: unknown) => void): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
  } catch (error) {
    onError(error);
    throw error;
  }
}
