import type { ServerCertificate } from '../../../src/local/fleet/index.ts';
import {
  absoluteForm,
  connectReply,
  type Entrance,
  socks4Tunnel,
  socks5Tunnel,
  tlsTunnel,
  type Wire,
} from '../../support/peers/hostile-proxy.ts';

/** Every place where a reply can come from; the certificate is the target's. */
export const ENTRANCES: readonly [string, (certificate: ServerCertificate) => Entrance][] = [
  ['HTTP absolute form', () => absoluteForm],
  ['CONNECT reply', () => connectReply],
  ['CONNECT + TLS', tlsTunnel],
  ['SOCKS4', () => socks4Tunnel],
  ['SOCKS5', () => socks5Tunnel],
];

/** The entrances behind which the target itself answers a request. */
export const ANSWERS = ENTRANCES.filter(([name]) => name !== 'CONNECT reply');

/** Reads a user name and password (RFC 1929). */
export async function readSocks5Credentials(wire: Wire): Promise<void> {
  const [, length = 0] = await wire.bytes(2);
  await wire.bytes(length);
  await wire.bytes((await wire.bytes(1))[0] ?? 0);
}
