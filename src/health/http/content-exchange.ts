import type { Dispatcher } from 'undici';
import type { Attempt } from '../attempt/attempt.ts';
import { Phase } from '../health-check-result.ts';
import { ContentSearch, type Finding } from './content-search.ts';
import { type Exchange, maxHeadBytes, refuseEarlyBytes, type TargetReply } from './exchange.ts';
import type { ReplyHead } from './reply-head.ts';
import { guardResponse } from './response-guard.ts';
import { takeClient } from './socket-client.ts';

/** A text wanted in the body. */
interface ContentWish {
  readonly text: Buffer;
  /** Most bytes of decoded content that are looked at. */
  readonly maxBytes: number;
}

/** Tells what is wanted in the body of a reply with a status; null when it is not to be read. */
export type BodyWish = (statusCode: number) => ContentWish | null;

/**
 * Makes an exchange that reads the body too, as far as `wish` asks. undici's client is the parser;
 * the socket stays the attempt's.
 *
 * A failure ends the attempt at once, before the peer's next byte can be mistaken for the cause;
 * the promise then stays pending.
 */
export function searchContent(wish: BodyWish): Exchange {
  return async (attempt, socket, request) => {
    refuseEarlyBytes(socket);
    return new Promise((resolve) => {
      const { target, path, headers } = request;
      guardResponse(socket, { maxHeadBytes: maxHeadBytes(request), fail: attempt.fail });
      const client = takeClient(target);
      const handler = new ReplyHandler({ attempt, wish, resolve });
      attempt.onRelease(() => {
        handler.release();
        client.release(handler.isFinished);
      });
      client.send(socket, { path, method: 'GET', headers: headers as string[] }, handler);
    });
  };
}

interface ReplyHandlerOptions {
  readonly attempt: Attempt;
  readonly wish: BodyWish;
  readonly resolve: (reply: TargetReply) => void;
}

/** Receives one answer, piece by piece, and settles once. */
class ReplyHandler implements Dispatcher.DispatchHandler {
  readonly #options: ReplyHandlerOptions;
  #isFinished = false;
  #reply: ReplyHead | undefined;
  #search: ContentSearch | undefined;

  constructor(options: ReplyHandlerOptions) {
    this.#options = options;
  }

  /** True when nothing more of the answer is wanted. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Frees what reads the body. */
  release(): void {
    this.#search?.destroy();
  }

  onRequestStart(): void {}

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
    reason = '',
  ): void {
    const { attempt, wish } = this.#options;
    this.#reply = {
      statusCode,
      reason: Buffer.from(reason).toString('latin1'),
      fields: (controller.rawHeaders as readonly Buffer[]).map((field) => field.toString('latin1')),
    };
    const wanted = wish(statusCode);
    if (!wanted) {
      // An unwanted body is not parsed either; its end would cost the client an error object.
      controller.pause();
      this.#finish(undefined);
      return;
    }
    attempt.phases.enter(Phase.body);
    this.#search = new ContentSearch({
      ...wanted,
      encoding: encodingOf(headers),
      settle: (finding) => this.#finish(finding),
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isFinished) return;
    const keepsUp = this.#search?.write(chunk, () => controller.resume());
    if (keepsUp === false) controller.pause();
  }

  onResponseEnd(): void {
    // All of it is here; what the peer does while the rest is decoded does not matter.
    this.#options.attempt.hushSockets();
    this.#search?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // A client destroyed after its answer reports that too; the attempt may have moved on by then.
    if (!this.#isFinished) this.#options.attempt.fail(error);
  }

  #finish(finding: Finding | undefined): void {
    if (this.#isFinished || !this.#reply) return;
    this.#isFinished = true;
    this.#options.attempt.hushSockets();
    this.#options.resolve({ ...this.#reply, ...(finding && { finding }) });
  }
}

/** The codings of the body, the last applied last; `chunked` is the parser's. */
function encodingOf(headers: Record<string, string | string[] | undefined>): string {
  const { 'content-encoding': ofContent = '', 'transfer-encoding': ofTransfer = '' } = headers;
  return `${ofContent},${ofTransfer}`.replace(/,\s*chunked\s*$/i, '');
}
