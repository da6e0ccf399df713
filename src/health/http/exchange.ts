import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Attempt } from '../attempt/attempt.ts';
import { MAX_HEAD_BYTES } from '../dial/socket-reader.ts';
import { Phase } from '../health-check-result.ts';
import { ProbeFailure } from '../probe-failure.ts';
import { BodyCollector } from './body-collector.ts';
import type { TargetRequest } from './request.ts';
import { guardResponse, MAX_INTERIM } from './response-guard.ts';

/** Destroying a client takes a reason; one for all, since making an error costs more than the rest. */
const DONE = new Error('The answer has been read.');

/** The target's answer, as far as it was read. */
export interface TargetReply {
  readonly statusCode: number;
  /** The Location field, when there is one. */
  readonly location: string | undefined;
  /** What was asked to be read of the body; absent when nothing was. */
  readonly body: Buffer | undefined;
}

/** Says for a status whether the body is wanted, and how much of it. */
export type BodyWish = (statusCode: number) => number;

/**
 * Sends one GET over a connected socket and reads the answer: status and header, and the body only
 * as far as `wish` asks. undici's client is the parser; the socket stays the attempt's.
 *
 * What goes wrong ends the attempt at once, before the peer's next byte can be mistaken for it; the
 * promise stays open then.
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
    const client = new Client(request.target.originUrl, {
      allowH2: false,
      pipelining: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MAX_HEAD_BYTES,
      connect: connectorTo(socket),
    });
    attempt.onRelease(() => {
      client.destroy(DONE).catch(ignore);
    });
    const handler = new ReplyHandler({ attempt, wish, unguard, resolve });
    const { path, headers } = request;
    client.dispatch({ path, method: 'GET', headers: headers as string[] }, handler);
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
      // A body nobody reads is not parsed either; its end would cost the client an error object.
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
    // A client that is destroyed after its answer reports that too; the attempt may have gone on.
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

type Handover = (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

/** Holds the socket and nothing else: V8 keeps a client, with all it refers to, for long. */
function connectorTo(socket: Socket) {
  return (_options: object, done: Handover) => queueMicrotask(() => handOver(socket, done));
}

/**
 * Gives the client its connection: not at once, since it would not notice one it is handed while it
 * asks; and never a dead one, since for that it would ask again, and again.
 */
function handOver(socket: Socket, done: Handover): void {
  if (socket.destroyed) done(DONE, null);
  else done(null, socket);
}

function ignore(): void {}
