import { TextDecoder } from 'node:util';
import { prepend } from '../../../async/iterables.ts';
import { gunzip, isGzip, type Parts } from './gunzip.ts';

/** Anything a list can be read from, such as a Node `Readable` or a web `ReadableStream`. */
export type ListSource =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

/** The most bytes decoded at a time. */
const SLICE_BYTES = 65_536;
/** Enough to recognise gzip and every byte-order mark. */
const MARK_BYTES = 3;

/** Yields a list's text in chunks: decompressed, and decoded as its byte-order mark says. */
export async function* decode(parts: Parts, maxExpansionRatio: number): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let isStart = true;
  for await (const part of inflate(parts, maxExpansionRatio)) {
    if (typeof part === 'string') {
      yield isStart && part.startsWith('\ufeff') ? part.slice(1) : part;
    } else {
      decoder ??= decoderFor(part);
      for (let at = 0; at < part.length; at += SLICE_BYTES) {
        yield decoder.decode(part.subarray(at, at + SLICE_BYTES), { stream: true });
      }
    }
    isStart &&= part.length === 0;
  }
  if (decoder) yield decoder.decode();
}

async function* inflate(parts: Parts, maxExpansionRatio: number): Parts & AsyncGenerator {
  const iterator = joinHead(parts);
  try {
    const { value: head, done } = await iterator.next();
    if (done) return;
    const all = prepend(head, iterator);
    if (typeof head === 'string' || !isGzip(head)) yield* all;
    else yield* joinHead(gunzip(all, maxExpansionRatio));
  } finally {
    await iterator.return(undefined);
  }
}

/** Joins the first bytes so that a mark at the beginning is never cut in two. */
async function* joinHead(parts: Parts): AsyncGenerator<string | Uint8Array, undefined> {
  let head: Uint8Array | null = new Uint8Array();
  for await (const part of parts) {
    if (head === null) {
      yield part;
    } else if (typeof part === 'string') {
      if (head.length > 0) yield head;
      head = null;
      yield part;
    } else {
      head = Buffer.concat([head, part]);
      if (head.length < MARK_BYTES) continue;
      yield head;
      head = null;
    }
  }
  if (head !== null && head.length > 0) yield head;
}

/** UTF-16 where its byte-order mark says so (RFC 2781, section 3.2), else UTF-8. */
function decoderFor(head: Uint8Array): TextDecoder {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be');
  return new TextDecoder();
}
