import { isIPv4 } from 'node:net';
import { socks4ReplyFailure } from '../classify/socks-replies.ts';
import { ProbeFailure } from '../probe-failure.ts';
import type { TunnelContext } from './dial-context.ts';
import { SocketReader } from './socket-reader.ts';
import { ipv4Bytes, portBytes } from './socks-address.ts';

/** "SOCKS: A protocol for TCP proxy across firewalls" (SOCKS4) and its extension 4A, Ying-Da Lee. */
const VERSION = 4;
const CONNECT = 1;
const REPLY_VERSION = 0;
const GRANTED = 90;
const END = Buffer.of(0);
/** 4A: an address 0.0.0.x with x not 0 says that a name follows. */
const NAME_FOLLOWS = Buffer.of(0, 0, 0, 1);

/**
 * Asks a SOCKS4 proxy for a connection: to an IPv4 address resolved here or, with 4A, to a name.
 * The user name is sent as the user id; SOCKS4 knows no password.
 *
 * @throws ProbeFailure
 */
export async function openSocks4Tunnel(context: TunnelContext): Promise<void> {
  const { socket, proxy, target, targetHost } = context;
  const sendsName = !isIPv4(targetHost);
  if (sendsName && !proxy.remoteDns) throw new ProbeFailure('socks_address_not_supported');
  socket.write(
    Buffer.concat([
      Buffer.of(VERSION, CONNECT),
      portBytes(target.port),
      sendsName ? NAME_FOLLOWS : ipv4Bytes(targetHost),
      Buffer.from(proxy.credentials?.username ?? '', 'utf8'),
      END,
      ...(sendsName ? [Buffer.from(targetHost, 'latin1'), END] : []),
    ]),
  );
  const reader = new SocketReader(socket);
  const [version, reply] = await reader.readBytes(2);
  if (version !== REPLY_VERSION || reply === undefined) throw new ProbeFailure('socks_version');
  if (reply !== GRANTED) {
    throw new ProbeFailure(socks4ReplyFailure(reply, proxy.credentials !== undefined));
  }
  await reader.readBytes(6);
  if (reader.release().length > 0) throw new ProbeFailure('protocol_error');
}
