import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { ClientRequest } from 'node:http';
import { isIPv4, Socket } from 'node:net';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { formatSecretUrl } from '../../proxies/proxy.ts';
import { Phase } from '../health-check-result.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { RouteContext } from './dial-context.ts';
import { type JudgeReplies, judgeSocks4Replies, judgeSocks5Replies } from './socks-replies.ts';

/** Where Node announces each outgoing socket, synchronously (Node.js docs, "Diagnostics Channel"). */
const SOCKETS = channel('net.client.socket');

/**
 * The agent's own time-out, with which it frees a handshake, ends this much after the attempt's
 * deadline: the deadline decides.
 */
const BEHIND_DEADLINE_MS = 1000;

/** The agent tells its request of a finished handshake; a probe has none. */
const NO_REQUEST = Object.assign(new EventEmitter(), {
  destroy: () => {},
}) as unknown as ClientRequest;

/**
 * Asks a SOCKS4 proxy for a connection: to an IPv4 address resolved here or, with 4A, to a name.
 *
 * @throws ProbeFailure
 */
export async function openSocks4(context: RouteContext): Promise<Socket> {
  if (!isIPv4(context.targetHost) && !context.proxy.remoteDns) {
    throw new ProbeFailure('socks_address_not_supported');
  }
  return openSocks(context, 'socks4a', judgeSocks4Replies);
}

/**
 * Asks a SOCKS5 proxy for a connection; the target's name is resolved by the proxy.
 *
 * @throws ProbeFailure
 */
export function openSocks5(context: RouteContext): Promise<Socket> {
  return openSocks(context, 'socks5h', judgeSocks5Replies);
}

/**
 * The agent does the handshake on a socket of its own making; the attempt owns that socket from the
 * start, so that it is timed, counted and destroyed like any other. The proxy's replies are judged
 * as they pass, by number: the agent accepts some that are malformed, and has words for the rest.
 */
async function openSocks(
  context: RouteContext,
  scheme: 'socks4a' | 'socks5h',
  judge: JudgeReplies,
): Promise<Socket> {
  const { attempt, proxy, target, targetHost } = context;
  const agent = new SocksProxyAgent(formatSecretUrl({ ...proxy, protocol: scheme }), {
    timeout: attempt.remainingMs + BEHIND_DEADLINE_MS,
  });
  // The literal address, and without the brackets of an IPv6 URL.
  agent.proxy.host = context.address;
  const { socket, timers, established } = observeOpening(() =>
    agent.connect(NO_REQUEST, { host: targetHost, port: target.port, secureEndpoint: false }),
  );
  attempt.own(socket);
  socket.setNoDelay(true);
  socket.once('connect', () => attempt.phases.enter(Phase.handshake));
  const stopJudging = judgeReplies(socket, judge, context);
  try {
    await established;
  } catch {
    throw new ProbeFailure('socks_bad_reply');
  } finally {
    stopJudging();
    for (const timer of timers) clearTimeout(timer);
  }
  // From here on the attempt's own timer is the only one.
  socket.setTimeout(0).removeAllListeners('timeout');
  return socket;
}

/** What the agent made before it first waited. */
interface Opening {
  readonly socket: Socket;
  /** The agent clears none of its timers; each would hold the whole handshake until it ends. */
  readonly timers: readonly NodeJS.Timeout[];
  readonly established: Promise<Socket>;
}

/** Runs what opens exactly one socket before it first waits; all of this is synchronous. */
function observeOpening(open: () => Promise<Socket>): Opening {
  const sockets: unknown[] = [];
  const timers: NodeJS.Timeout[] = [];
  const onSocket = (message: unknown) => {
    sockets.push((message as { readonly socket: unknown }).socket);
  };
  const { setTimeout } = globalThis;
  const setObservedTimeout = (...args: Parameters<typeof setTimeout>) => {
    const timer = setTimeout(...args);
    timers.push(timer);
    return timer;
  };
  SOCKETS.subscribe(onSocket);
  globalThis.setTimeout = Object.assign(setObservedTimeout, setTimeout);
  try {
    const established = open();
    const [socket] = sockets;
    if (!(socket instanceof Socket)) throw new ProbeFailure('unknown_failure');
    return { socket, timers, established };
  } finally {
    globalThis.setTimeout = setTimeout;
    SOCKETS.unsubscribe(onSocket);
  }
}

/** Fails the attempt at the first reply that is not right; returns what ends the watch. */
function judgeReplies(
  socket: Socket,
  judge: JudgeReplies,
  { attempt, proxy }: RouteContext,
): () => void {
  const hasCredentials = proxy.credentials !== undefined;
  let received: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    try {
      const length = judge(received, hasCredentials);
      // The client speaks first in every protocol asked for here.
      if (length !== null && received.length > length) throw new ProbeFailure('protocol_error');
    } catch (error) {
      attempt.fail(error);
    }
  };
  socket.on('data', onData);
  return () => socket.off('data', onData);
}
