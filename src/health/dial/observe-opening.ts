import { channel } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { ProbeFailure } from '../probe-failure.ts';

/** Where Node announces each outgoing socket, synchronously (Node.js docs, "Diagnostics Channel"). */
const SOCKETS = channel('net.client.socket');

/** What was made before the opening first waited. */
export interface Opening {
  readonly socket: Socket;
  /** For who opened to clear: each would hold the whole handshake until it ends. */
  readonly timers: readonly NodeJS.Timeout[];
  readonly established: Promise<Socket>;
}

/** What is being observed at this moment; null at any other. */
let observed: { readonly sockets: unknown[]; readonly timers: NodeJS.Timeout[] } | null = null;

// For good: to subscribe and leave again for each probe would cost more than to be told of all.
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
 * Runs code of others that opens exactly one socket before it first waits, and hands out that
 * socket and the timers started with it. All of this is synchronous.
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
