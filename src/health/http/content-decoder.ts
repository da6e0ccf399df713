import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from 'node:zlib';

/** The most codings undone one after another; curl's limit is the same. */
const MAX_CODINGS = 5;

/** A body that breaks off is read as far as it goes. */
const LENIENT = { finishFlush: constants.Z_SYNC_FLUSH };
const LENIENT_BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

/** Makes the stream that undoes a coding of a body which begins with these bytes. */
export type CreateDecoder = (firstBytes: Buffer) => Transform;

/** Content codings (RFC 9110, section 8.4.1, and RFC 7932), each with what undoes it. */
const DECODERS: ReadonlyMap<string, CreateDecoder> = new Map<string, CreateDecoder>([
  ['gzip', () => createGunzip(LENIENT)],
  ['x-gzip', () => createGunzip(LENIENT)],
  ['deflate', (bytes) => (hasZlibHeader(bytes) ? createInflate : createInflateRaw)(LENIENT)],
  ['br', () => createBrotliDecompress(LENIENT_BROTLI)],
]);

/**
 * Lists what undoes the codings of a body, in the order in which they are undone.
 *
 * @param encoding the codings, separated by commas, the last applied last
 * @returns null when a coding is unknown, or there are too many
 */
export function decodersOf(encoding: string): readonly CreateDecoder[] | null {
  const names = encoding.split(',').map((name) => name.trim().toLowerCase());
  const codings = names.filter((name) => name !== '' && name !== 'identity').reverse();
  const decoders = codings.flatMap((name) => DECODERS.get(name) ?? []);
  const areKnown = decoders.length === codings.length && codings.length <= MAX_CODINGS;
  return areKnown ? decoders : null;
}

/**
 * RFC 1950, section 2.2: the method is 8, and the first two bytes are a multiple of 31. Servers
 * send `deflate` with that header, as RFC 9110 says, and without.
 */
function hasZlibHeader(bytes: Buffer): boolean {
  const [first = 0, second] = bytes;
  if ((first & 0x0f) !== 8 || first >> 4 > 7) return false;
  return second === undefined || (first * 256 + second) % 31 === 0;
}
