import type { Transform } from 'node:stream';
import { type CreateDecoder, decodersOf } from './content-decoder.ts';
import { TextFinder } from './text-finder.ts';

/** How much longer a body may be than what it decodes to: for framing, bytes. */
const MAX_OVERHEAD_BYTES = 64 * 1024;

/** What a search came to. */
export type Finding = 'found' | 'missing' | 'undecodable';

export interface ContentSearchOptions {
  readonly text: Buffer;
  /** Most bytes of decoded content that are looked at. */
  readonly maxBytes: number;
  /** The codings of the body, separated by commas, the last applied last. */
  readonly encoding: string;
  /** Called once; the search wants no more bytes then. */
  readonly settle: (finding: Finding) => void;
}

/**
 * Looks for a text in a body as it arrives, and ends as soon as the text is there. An encoded body
 * is decoded as a stream, and no further than the limit of content, so that a bomb does no harm. It
 * is looked at as it came, too: some proxies decode what they pass on and leave the field.
 */
export class ContentSearch {
  readonly #settleOnce: (finding: Finding) => void;
  readonly #codings: readonly CreateDecoder[];
  readonly #raw: TextFinder;
  readonly #content: TextFinder;
  readonly #decoders: Transform[] = [];
  #isUndecodable = false;
  #roomForInput: number;
  #isSettled = false;

  constructor({ text, maxBytes, encoding, settle }: ContentSearchOptions) {
    const codings = decodersOf(encoding);
    this.#codings = codings ?? [];
    this.#isUndecodable = codings === null;
    this.#raw = new TextFinder(text, maxBytes);
    this.#content = new TextFinder(text, maxBytes);
    this.#roomForInput = maxBytes + MAX_OVERHEAD_BYTES;
    this.#settleOnce = settle;
  }

  /**
   * Takes the next bytes of the body.
   *
   * @param chunk is copied, since the parser uses it again
   * @param onDrained called when more may come after false was returned
   * @returns false when the decoder is behind
   */
  write(chunk: Buffer, onDrained: () => void): boolean {
    if (this.#isSettled || chunk.length === 0) return true;
    this.#raw.look(chunk);
    if (this.#raw.isFound) this.#settle('found');
    else if (this.#isUndecodable || this.#codings.length === 0) {
      if (this.#raw.isDone) this.#settle('missing');
    } else return this.#decode(chunk, onDrained);
    return true;
  }

  /** The body is complete. */
  end(): void {
    const [first] = this.#decoders;
    if (first && !this.#isUndecodable) first.end();
    else this.#settle('missing');
  }

  /** Frees the decoders; nothing is reported any more. */
  destroy(): void {
    this.#isSettled = true;
    for (const decoder of this.#decoders) decoder.destroy();
  }

  #decode(chunk: Buffer, onDrained: () => void): boolean {
    this.#spend(chunk.length);
    if (this.#isSettled) return true;
    const first = this.#decoders[0] ?? this.#startDecoder(0, chunk);
    if (!first || first.write(Buffer.from(chunk))) return true;
    const goOn = () => {
      if (!this.#isSettled) onDrained();
    };
    // A decoder that gives up drains no more, but it closes.
    first.once('drain', goOn).once('close', goOn);
    return false;
  }

  /** Counts what decoders are fed, of which there may be much that decodes to nothing. */
  #spend(bytes: number): void {
    this.#roomForInput -= bytes;
    if (this.#roomForInput < 0) this.#settle('missing');
  }

  /** Starts the decoder of one coding; the first bytes out of it start the next one. */
  #startDecoder(index: number, firstBytes: Buffer): Transform | undefined {
    const decoder = this.#codings[index]?.(firstBytes);
    if (!decoder) return undefined;
    this.#decoders.push(decoder);
    decoder.on('error', () => this.#giveUpDecoding());
    if (index === this.#codings.length - 1) {
      return decoder.on('data', this.#look).on('end', () => this.#settle('missing'));
    }
    decoder.on('data', ({ length }: Buffer) => this.#spend(length));
    const settleEmpty = () => this.#settle('missing');
    decoder.once('end', settleEmpty).once('data', (bytes: Buffer) => {
      const next = this.#startDecoder(index + 1, bytes);
      next?.write(bytes);
      if (next) decoder.off('end', settleEmpty).pipe(next);
    });
    return decoder;
  }

  readonly #look = (content: Buffer): void => {
    this.#content.look(content);
    if (this.#content.isFound) this.#settle('found');
    else if (this.#content.isDone) this.#settle('missing');
  };

  #giveUpDecoding(): void {
    if (this.#isSettled) return;
    this.#isUndecodable = true;
    const [first] = this.#decoders;
    // The end of the body has been told already, so nothing else will settle it.
    if (first?.writableEnded || this.#raw.isDone) this.#settle('missing');
    for (const decoder of this.#decoders) decoder.destroy();
  }

  #settle(finding: Finding): void {
    if (this.#isSettled) return;
    this.destroy();
    const isUnknown = finding === 'missing' && this.#isUndecodable;
    this.#settleOnce(isUnknown ? 'undecodable' : finding);
  }
}
