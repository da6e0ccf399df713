import { credentialFailure } from '../classify/proxy-replies.ts';
import { socks5ReplyFailure } from '../classify/socks-replies.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { TunnelContext } from './dial-context.ts';
import { SocketReader } from './socket-reader.ts';
import { portBytes, socks5Address } from './socks-address.ts';

/** RFC 1928 (SOCKS 5). */
const VERSION = 5;
const CONNECT = 1;
const NO_AUTHENTICATION = 0;
const USERNAME_PASSWORD = 2;
const NO_ACCEPTABLE_METHOD = 0xff;
/** RFC 1929 (username and password). */
const AUTH_VERSION = 1;

const GREETING = Buffer.of(VERSION, 1, NO_AUTHENTICATION);
const GREETING_WITH_CREDENTIALS = Buffer.of(VERSION, 2, NO_AUTHENTICATION, USERNAME_PASSWORD);

/**
 * Asks a SOCKS5 proxy for a connection; the target's name is resolved by the proxy.
 *
 * ```
 * us ── greeting ──> proxy ── method ──> us [── user, password ──> proxy ── accepted ──> us]
 * us ── CONNECT host:port ──> proxy ── reply ──> us ══ bytes as they come ══ target
 * ```
 *
 * @throws ProbeFailure
 */
export async function openSocks5Tunnel(context: TunnelContext): Promise<void> {
  const { socket, target, targetHost } = context;
  const reader = new SocketReader(socket);
  await authenticate(context, reader);
  const request = [Buffer.of(VERSION, CONNECT, 0), socks5Address(targetHost)];
  socket.write(Buffer.concat([...request, portBytes(target.port)]));
  await readReply(reader);
  if (reader.release().length > 0) throw new ProbeFailure('protocol_error');
}

async function authenticate(context: TunnelContext, reader: SocketReader): Promise<void> {
  const { credentials } = context.proxy;
  context.socket.write(credentials ? GREETING_WITH_CREDENTIALS : GREETING);
  const [version, method] = await reader.readBytes(2);
  if (version !== VERSION) throw new ProbeFailure('socks_version');
  if (method === NO_AUTHENTICATION) return;
  if (method === NO_ACCEPTABLE_METHOD) throw new ProbeFailure(credentialFailure(!!credentials));
  if (method !== USERNAME_PASSWORD || !credentials) throw new ProbeFailure('socks_no_method');
  context.socket.write(credentialsMessage(credentials.username, credentials.password));
  const [authVersion, status] = await reader.readBytes(2);
  if (status !== 0) throw new ProbeFailure('auth_rejected');
  // Some servers repeat the SOCKS version here; anything else is no reply to this message.
  if (authVersion !== AUTH_VERSION && authVersion !== VERSION) {
    throw new ProbeFailure('socks_bad_reply');
  }
}

/** Lengths are one octet each; longer credentials are refused when they are parsed. */
function credentialsMessage(username: string, password: string): Buffer {
  const user = Buffer.from(username, 'utf8').subarray(0, 255);
  const secret = Buffer.from(password, 'utf8').subarray(0, 255);
  return Buffer.concat([
    Buffer.of(AUTH_VERSION, user.length),
    user,
    Buffer.of(secret.length),
    secret,
  ]);
}

async function readReply(reader: SocketReader): Promise<void> {
  const [version, reply] = await reader.readBytes(2);
  if (version !== VERSION || reply === undefined) throw new ProbeFailure('socks_bad_reply');
  if (reply !== 0) throw new ProbeFailure(socks5ReplyFailure(reply));
  const [, addressType, firstByte = 0] = await reader.readBytes(3);
  const addressLength = addressType === 1 ? 4 : addressType === 4 ? 16 : 1 + firstByte;
  if (addressType !== 1 && addressType !== 3 && addressType !== 4) {
    throw new ProbeFailure('socks_bad_reply');
  }
  await reader.readBytes(addressLength - 1 + 2);
}
