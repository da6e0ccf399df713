import { channel } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { ProbeFailure } from '../probe-failure.ts';

/** Node announces each outgoing socket here, synchronously (Node docs, "Diagnostics Channel"). */
const SOCKETS = channel('net.client.socket');

/** What code that opens a socket made before it first waited. */
export interface Opening {
  readonly socket: Socket;
  /** The caller clears them: each would keep the whole handshake in memory until it fires. */
  readonly timers: readonly NodeJS.Timeout[];
  readonly established: Promise<Socket>;
}

/** What is observed at this moment; null while nothing is. */
let observed: { readonly sockets: unknown[]; readonly timers: NodeJS.Timeout[] } | null = null;

// Stays subscribed: coming and going with each probe would cost more than hearing of every socket.
SOCKETS.subscribe((message) => {
  observed?.sockets.push((message as { readonly socket: unknown }).socket);
});

const { setTimeout: startTimer } = globalThis;
const startObservedTimer = Object.assign((...args: Parameters<typeof setTimeout>) => {
  const timer = startTimer(...args);
  observed?.timers.push(timer);
  return timer;
}, startTimer);

/**
 * Runs third-party code that opens exactly one socket before it first waits, and returns that
 * socket with the timers started by then. All of this is synchronous.
 *
 * @throws {ProbeFailure} `unknown_failure` when it opens no socket
 */
export function observeOpening(open: () => Promise<Socket>): Opening {
  const { setTimeout } = globalThis;
  const sockets: unknown[] = [];
  const timers: NodeJS.Timeout[] = [];
  observed = { sockets, timers };
  globalThis.setTimeout = startObservedTimer;
  try {
    const established = open();
    const [socket] = sockets;
    if (!(socket instanceof Socket)) throw new ProbeFailure('unknown_failure');
    return { socket, timers, established };
  } finally {
    observed = null;
    globalThis.setTimeout = setTimeout;
  }
}
