import { EventEmitter } from 'node:events';
import type { ClientRequest } from 'node:http';
import { isIPv4, type Socket } from 'node:net';
import { SocksProxyAgent } from 'socks-proxy-agent';
import type { Credentials } from '../../proxies/credentials.ts';
import { Phase } from '../health-check-result.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { RouteContext } from './dial-context.ts';
import { observeOpening } from './observe-opening.ts';
import { type CheckReplies, checkSocks4Replies, checkSocks5Replies } from './socks-replies.ts';

/**
 * How long after the attempt's deadline the agent's own timeout ends, with which it frees a
 * handshake: the deadline must decide.
 */
const BEHIND_DEADLINE_MS = 1000;

/** The agent reports a finished handshake to its request; a probe has none, so this stands in. */
const NO_REQUEST = Object.assign(new EventEmitter(), {
  destroy: () => {},
}) as unknown as ClientRequest;

/**
 * One agent per version, since making one parses a URL and sets up an HTTP agent. Each uses the
 * proxy and the timeout that it was last given, and reads both before it first waits.
 */
const AGENTS = {
  4: new SocksProxyAgent('socks4a://proxy.invalid'),
  5: new SocksProxyAgent('socks5h://proxy.invalid'),
};

/**
 * Asks a SOCKS4 proxy for a connection: to an IPv4 address resolved here or, with 4A, to a name.
 *
 * @throws {ProbeFailure} when the proxy does not grant it, or the address is not one of IPv4
 */
export async function openSocks4(context: RouteContext): Promise<Socket> {
  if (!isIPv4(context.targetHost) && !context.proxy.remoteDns) {
    throw new ProbeFailure('socks_address_not_supported');
  }
  return openSocks(context, 4, checkSocks4Replies);
}

/**
 * Asks a SOCKS5 proxy for a connection; the proxy resolves the target's name.
 *
 * @throws {ProbeFailure} when the proxy does not grant it
 */
export function openSocks5(context: RouteContext): Promise<Socket> {
  return openSocks(context, 5, checkSocks5Replies);
}

/**
 * The agent does the handshake on a socket that it makes; the attempt owns that socket from the
 * start, so that it is timed, counted and destroyed like any other. The proxy's replies are checked
 * by number as they pass: the agent accepts some malformed ones and describes the rest in words.
 */
async function openSocks(
  context: RouteContext,
  version: 4 | 5,
  check: CheckReplies,
): Promise<Socket> {
  const { attempt, target, targetHost } = context;
  const agent = Object.assign(AGENTS[version], {
    proxy: new AgentProxy(version, context),
    timeout: attempt.remainingMs + BEHIND_DEADLINE_MS,
  });
  const { socket, timers, established } = observeOpening(() =>
    agent.connect(NO_REQUEST, { host: targetHost, port: target.port, secureEndpoint: false }),
  );
  attempt.own(socket);
  socket.setNoDelay(true);
  socket.once('connect', () => attempt.phases.enter(Phase.handshake));
  const stopWatching = watchReplies(socket, check, context);
  try {
    await established;
  } catch {
    throw new ProbeFailure('socks_bad_reply');
  } finally {
    stopWatching();
    for (const timer of timers) clearTimeout(timer);
  }
  // From here on, the attempt's own timer is the only one.
  socket.setTimeout(0).removeAllListeners('timeout');
  return socket;
}

/** The proxy in the form that the agent takes; the agent's debug output shows no credentials. */
class AgentProxy {
  readonly type: 4 | 5;
  readonly host: string;
  readonly port: number;
  readonly #credentials: Credentials | undefined;

  constructor(type: 4 | 5, { address, proxy }: RouteContext) {
    this.type = type;
    // The literal address, without the brackets of an IPv6 URL.
    this.host = address;
    this.port = proxy.port;
    this.#credentials = proxy.credentials;
  }

  get userId(): string | undefined {
    return this.#credentials?.username;
  }

  get password(): string | undefined {
    return this.#credentials?.password;
  }
}

/** Fails the attempt at the first wrong reply; returns a function that ends the watch. */
function watchReplies(
  socket: Socket,
  check: CheckReplies,
  { attempt, proxy }: RouteContext,
): () => void {
  const hasCredentials = proxy.credentials !== undefined;
  let received: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    try {
      const length = check(received, hasCredentials);
      // The client speaks first in every protocol used here.
      if (length !== null && received.length > length) throw new ProbeFailure('protocol_error');
    } catch (error) {
      attempt.fail(error);
    }
  };
  socket.on('data', onData);
  return () => socket.off('data', onData);
}
