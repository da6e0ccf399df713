import { gzipSync } from 'node:zlib';
import { createRandom } from './random.ts';

/**
 * Gzipped blanks of two kinds, one in runs that the other ends. They expand about 70 times, which
 * a list still may (100 times), whatever their number.
 */
export function gzipBlanks(bytes: number, most: string, some: string): Buffer {
  const random = createRandom(7);
  const blanks = Buffer.alloc(bytes, most);
  for (let at = 0; at < bytes; at += random.between(1, 180)) blanks.write(some, at);
  return gzipSync(blanks, { level: 9 });
}
