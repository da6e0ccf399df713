import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Target } from '../target.ts';
import { MAX_HEAD_BYTES } from './status-line.ts';

/** Ending a connection takes a reason; one for all, since making an error costs more than the rest. */
const DONE = new Error('The answer has been read.');

/** Clients that wait for a connection, of each target that is asked for again and again. */
const idleClients = new WeakMap<Target, SocketClient[]>();

/** A client for one exchange with a target. */
export function takeClient(target: Target): SocketClient {
  const known = idleClients.get(target);
  if (known) return known.pop() ?? new SocketClient(target, known);
  const idle: SocketClient[] = [];
  idleClients.set(target, idle);
  return new SocketClient(target, idle);
}

/**
 * undici's client over sockets that it is handed, one exchange on each. To make and
 * destroy one is a seventh of a check, so one that has read its answer waits for the next socket;
 * one that has not, or that was left with anything to do, is given up.
 */
class SocketClient {
  readonly #idle: SocketClient[];
  readonly #client: Client;
  #socket: Socket | null = null;
  #isAnswered = false;
  #isDisconnected = false;

  constructor({ originUrl }: Target, idle: SocketClient[]) {
    this.#idle = idle;
    this.#client = new Client(originUrl, {
      allowH2: false,
      pipelining: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MAX_HEAD_BYTES,
      connect: (_options, done) => queueMicrotask(() => this.#handOver(done)),
    });
    this.#client.on('disconnect', () => {
      this.#isDisconnected = true;
      this.#rest();
    });
  }

  /** Sends a request over a connected socket, which stays the caller's. */
  send(
    socket: Socket,
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): void {
    this.#socket = socket;
    this.#isAnswered = false;
    this.#isDisconnected = false;
    this.#client.dispatch(request, handler);
  }

  /** Ends the connection. `isAnswered`: nothing more is wanted of the answer. */
  release(isAnswered: boolean): void {
    if (isAnswered) {
      this.#isAnswered = true;
      this.#socket?.destroy(DONE);
      this.#rest();
    } else {
      this.#client.destroy(DONE).catch(ignore);
    }
    this.#socket = null;
  }

  /** Waits for the next socket, once nothing of the last one can come any more. */
  #rest(): void {
    if (!this.#isAnswered || !this.#isDisconnected || this.#client.stats.size > 0) return;
    this.#isAnswered = false;
    this.#idle.push(this);
  }

  /**
   * Gives the client its connection: not at once, since it would not notice one it is handed while
   * it asks; and never a dead one, since for that it would ask again, and again.
   */
  #handOver(done: Handover): void {
    const socket = this.#socket;
    if (!socket || socket.destroyed) done(DONE, null);
    else done(null, socket);
  }
}

type Handover = (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

function ignore(): void {}
