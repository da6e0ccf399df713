import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Attempt } from '../attempt/attempt.ts';
import { Phase } from '../health-check-result.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { TargetRequest } from './request.ts';
import { guardResponse } from './response-guard.ts';
import { takeClient } from './socket-client.ts';
import { MAX_INTERIM } from './status-line.ts';

/** The target's answer, as far as it was read. */
export interface TargetReply {
  readonly statusCode: number;
  /** The Location field; undefined when there is none. */
  readonly location: string | undefined;
  /** The part of the body that was read; undefined when none was wanted. */
  readonly body: Buffer | undefined;
}

/** Tells how many bytes of the body are wanted for a status; 0 for none. */
export type BodyWish = (statusCode: number) => number;

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
    const unguard = guardResponse(socket, attempt.fail);
    const client = takeClient(request.target);
    const handler = new ReplyHandler({ attempt, wish, unguard, resolve });
    attempt.onRelease(() => client.release(handler.isFinished));
    const { path, headers } = request;
    client.send(socket, { path, method: 'GET', headers: headers as string[] }, handler);
  });
}

interface ReplyHandlerOptions {
  readonly attempt: Attempt;
  readonly wish: BodyWish;
  readonly unguard: () => void;
  readonly resolve: (reply: TargetReply) => void;
}

/** Receives one answer, piece by piece, and settles once. */
class ReplyHandler implements Dispatcher.DispatchHandler {
  readonly #options: ReplyHandlerOptions;
  #interim = 0;
  #isFinished = false;
  #statusCode = 0;
  #location: string | undefined;
  #body: BodyCollector | undefined;

  constructor(options: ReplyHandlerOptions) {
    this.#options = options;
  }

  /** True when nothing more of the answer is wanted. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  onRequestStart(): void {}

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const { attempt, unguard, wish } = this.#options;
    if (statusCode < 200) {
      this.#interim++;
      if (statusCode === 101 || this.#interim > MAX_INTERIM) {
        attempt.fail(new ProbeFailure('protocol_error', { statusCode }));
      }
      return;
    }
    unguard();
    this.#statusCode = statusCode;
    const { location } = headers;
    this.#location = Array.isArray(location) ? location[0] : location;
    const limit = wish(statusCode);
    if (limit === 0) {
      // An unwanted body is not parsed either; its end would cost the client an error object.
      controller.pause();
      this.#finish();
    } else {
      attempt.phases.enter(Phase.body);
      this.#body = new BodyCollector(limit);
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isFinished && this.#body?.add(chunk)) this.#finish();
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // A client destroyed after its answer reports that too; the attempt may have moved on by then.
    if (!this.#isFinished) this.#options.attempt.fail(error);
  }

  #finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#options.attempt.hushSockets();
    this.#options.resolve({
      statusCode: this.#statusCode,
      location: this.#location,
      body: this.#body?.bytes(),
    });
  }
}

/** Collects a body up to a limit. */
class BodyCollector {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  /** @param limit most bytes kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Copies what still fits, since the parser reuses the chunk; true when the limit is reached. */
  add(chunk: Buffer): boolean {
    const room = this.#limit - this.#length;
    const kept = Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(kept);
    this.#length += kept.length;
    return this.#length >= this.#limit;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
