import { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Target } from '../target.ts';
import { MAX_TARGET_HEAD_BYTES } from './reply-head.ts';

/** Ending a connection takes an error; all share one, since making it costs more than the rest. */
const DONE = new Error('the answer has been read');

/**
 * undici adds two fields itself, in lower case. It writes a request's head at once, before anything
 * else, and nothing follows the head of a GET.
 */
const USUAL_SPELLING = {
  write(this: Socket, head: string, encoding: BufferEncoding): boolean {
    const spelled = head
      .replace('\r\nhost: ', '\r\nHost: ')
      .replace('\r\nconnection: ', '\r\nConnection: ');
    return Socket.prototype.write.call(this, spelled, encoding);
  },
};

/** The clients of each target that wait for their next connection. */
const idleClients = new WeakMap<Target, SocketClient[]>();

/** Takes a client for one exchange with a target. */
export function takeClient(target: Target): SocketClient {
  const known = idleClients.get(target);
  if (known) return known.pop() ?? new SocketClient(target, known);
  const idle: SocketClient[] = [];
  idleClients.set(target, idle);
  return new SocketClient(target, idle);
}

/**
 * undici's client over sockets that it is handed, one exchange on each. Making and destroying a
 * client takes a seventh of a check, so one that has read its answer waits for the next socket; one
 * that has not, or that still has something to do, is destroyed.
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
      maxHeaderSize: MAX_TARGET_HEAD_BYTES,
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

  /** Ends the connection; `isAnswered` says that nothing more of the answer is wanted. */
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

  /** Lets the client wait for the next socket once nothing more can come from the last one. */
  #rest(): void {
    if (!this.#isAnswered || !this.#isDisconnected || this.#client.stats.size > 0) return;
    this.#isAnswered = false;
    this.#idle.push(this);
  }

  /**
   * Gives the client its connection. It must not be called while the client asks, which would not
   * notice; and it never gives a dead socket, for which the client would ask again and again.
   */
  #handOver(done: Handover): void {
    const socket = this.#socket;
    if (!socket || socket.destroyed) done(DONE, null);
    else done(null, Object.assign(socket, USUAL_SPELLING));
  }
}

type Handover = (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

function ignore(): void {}
