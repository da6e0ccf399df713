import type { Socket } from 'node:net';
import { proxyReplyFailure } from '../classify/proxy-replies.ts';
import { connectRequest } from '../http/request.ts';
import { MAX_INTERIM } from '../http/status-line.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { RouteContext } from './dial-context.ts';
import { SocketReader } from './socket-reader.ts';

/** `HTTP/1.x`, one space, three digits, and a space or the end of the line. */
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?:[ \t][^\r\n]*)?\r?\n/;
/** What breaks a field line (RFC 9112, section 5): NUL, a bare CR, no field name and colon. */
const MALFORMED_FIELD = /\0|\r(?!\n)|\n(?![!#$%&'*+\-.^_`|~0-9A-Za-z]+:|[ \t]|\r?\n|$)/;

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
  const status = await readFinalStatus(reader);
  const unasked = reader.release();
  if (status < 200 || status > 299) {
    const hasCredentials = context.proxy.credentials !== undefined;
    throw new ProbeFailure(proxyReplyFailure(status, hasCredentials), { statusCode: status });
  }
  if (unasked.length > 0) throw new ProbeFailure('protocol_error', { statusCode: status });
}

async function readFinalStatus(reader: SocketReader): Promise<number> {
  for (let interim = 0; interim <= MAX_INTERIM; interim++) {
    const status = statusOf(await reader.readHead());
    if (status === null || status === 101) break;
    if (status >= 200) return status;
  }
  throw new ProbeFailure('protocol_error');
}

/** The status of a header block; null when the block is malformed. */
function statusOf(head: Buffer): number | null {
  const text = head.toString('latin1');
  const match = STATUS_LINE.exec(text);
  if (!match || MALFORMED_FIELD.test(text)) return null;
  return Number(match[1]);
}
