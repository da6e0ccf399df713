import type { Socket } from 'node:net';
import { tunnelRefusal } from '../classify/proxy-replies.ts';
import { MAX_INTERIM, parseHead, type ReplyHead } from '../http/reply-head.ts';
import { connectRequest } from '../http/request.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { RouteContext } from './dial-context.ts';
import { SocketReader } from './socket-reader.ts';

/**
 * Asks an HTTP proxy for a tunnel (RFC 9110, section 9.3.6).
 *
 * ```
 * us ── CONNECT host:port ──> proxy
 * us <── [1xx …] 2xx ──────── proxy ══ bytes as they come ══ target
 * ```
 *
 * Any 2xx opens the tunnel; Content-Length and Transfer-Encoding of such a reply mean nothing. The
 * client speaks first in every protocol used here, so bytes after the reply are an error.
 *
 * @throws {ProbeFailure} when the proxy does not open the tunnel
 */
export async function openConnectTunnel(context: RouteContext, socket: Socket): Promise<void> {
  const { target, proxy, options } = context;
  socket.write(connectRequest(target, proxy, options), 'latin1');
  const reader = new SocketReader(socket);
  const reply = await readFinalReply(reader);
  const unasked = reader.release();
  const { statusCode } = reply;
  if (statusCode < 200 || statusCode > 299) {
    throw tunnelRefusal(reply, context.proxy.credentials !== undefined);
  }
  if (unasked.length > 0) throw new ProbeFailure('protocol_error', { statusCode });
}

async function readFinalReply(reader: SocketReader): Promise<ReplyHead> {
  for (let interim = 0; interim <= MAX_INTERIM; interim++) {
    const reply = parseHead(await reader.readHead());
    if (reply === null || reply.statusCode === 101) break;
    if (reply.statusCode >= 200) return reply;
  }
  throw new ProbeFailure('protocol_error');
}
