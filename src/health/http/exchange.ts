import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Attempt } from '../attempt/attempt.ts';
import { Phase } from '../health-check-result.ts';
import { ProbeFailure } from '../probe-failure.ts';
import { ContentSearch, type Finding } from './content-search.ts';
import { MAX_PROXY_HEAD_BYTES, MAX_TARGET_HEAD_BYTES } from './reply-head.ts';
import type { TargetRequest } from './request.ts';
import { guardResponse } from './response-guard.ts';
import { takeClient } from './socket-client.ts';

/** The answer to a request, as far as it was read. */
export interface TargetReply {
  readonly statusCode: number;
  readonly reason: string;
  /** The header's names and values in turn, in the spelling that came. */
  readonly rawFields: readonly Buffer[];
  /** The Location field; undefined when there is none. */
  readonly location: string | undefined;
  /** Whether the text that was wanted is in the body; undefined when none was. */
  readonly finding: Finding | undefined;
}

/** A text wanted in the body. */
export interface ContentWish {
  readonly text: Buffer;
  /** Most bytes of decoded content that are looked at. */
  readonly maxBytes: number;
}

/** Tells what is wanted in the body of a reply with a status; null when it is not to be read. */
export type BodyWish = (statusCode: number) => ContentWish | null;

/**
 * Sends one GET over a connected socket and reads the answer: status and header, and the body only
 * as far as `wish` asks. undici's client is the parser; the socket stays the attempt's.
 *
 * A failure ends the attempt at once, before the peer's next byte can be mistaken for the cause;
 * the promise then stays pending.
 */
export function exchange(
  attempt: Attempt,
  socket: Socket,
  request: TargetRequest,
  wish: BodyWish,
): Promise<TargetReply> {
  if (socket.readableLength > 0) attempt.fail(new ProbeFailure('protocol_error'));
  return new Promise((resolve) => {
    const { target, path, headers } = request;
    const maxHeadBytes = target.secure ? MAX_TARGET_HEAD_BYTES : MAX_PROXY_HEAD_BYTES;
    guardResponse(socket, { maxHeadBytes, fail: attempt.fail });
    const client = takeClient(target);
    const handler = new ReplyHandler({ attempt, wish, resolve });
    attempt.onRelease(() => {
      handler.release();
      client.release(handler.isFinished);
    });
    client.send(socket, { path, method: 'GET', headers: headers as string[] }, handler);
  });
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
  #reply: Omit<TargetReply, 'finding'> | undefined;
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
    const { location } = headers;
    this.#reply = {
      statusCode,
      reason,
      rawFields: controller.rawHeaders as readonly Buffer[],
      location: Array.isArray(location) ? location[0] : location,
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
    this.#options.resolve({ ...this.#reply, finding });
  }
}

/** The codings of the body, the last applied last; `chunked` is the parser's. */
function encodingOf(headers: Record<string, string | string[] | undefined>): string {
  const { 'content-encoding': ofContent = '', 'transfer-encoding': ofTransfer = '' } = headers;
  return `${ofContent},${ofTransfer}`.replace(/,\s*chunked\s*$/i, '');
}
