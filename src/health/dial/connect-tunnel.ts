import type { Socket } from 'node:net';
import { tunnelRefusal } from '../classify/proxy-replies.ts';
import { MAX_PROXY_HEAD_BYTES } from '../http/reply-head.ts';
import { connectRequest } from '../http/request.ts';
import { SocketReader } from '../http/socket-reader.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { RouteContext } from './dial-context.ts';

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
  const reader = new SocketReader(socket, MAX_PROXY_HEAD_BYTES);
  const reply = await reader.readReply();
  const unasked = reader.release();
  const { statusCode } = reply;
  if (statusCode < 200 || statusCode > 299) {
    throw tunnelRefusal(reply, context.proxy.credentials !== undefined);
  }
  if (unasked.length > 0) throw new ProbeFailure('protocol_error', { statusCode });
}
