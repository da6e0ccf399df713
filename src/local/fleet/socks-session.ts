import type { Socket } from 'node:net';
import type { ByteReader } from './byte-reader.ts';
import type { Conduct } from './conduct.ts';
import type { Destination, Egress } from './egress.ts';

/** One caller of a SOCKS proxy and what is needed to serve it. */
export interface SocksSession {
  readonly client: Socket;
  readonly reader: ByteReader;
  readonly conduct: Conduct;
  readonly egress: Egress;
  readonly signal: AbortSignal;
}

/** Address types of SOCKS5 (RFC 1928, section 5). */
const AddressType = { ipv4: 1, domain: 3, ipv6: 4 } as const;

/** The address of a SOCKS5 request; null when its type is unknown. */
export async function readSocks5Destination(reader: ByteReader): Promise<Destination | null> {
  const host = await readHost(reader, await reader.byte());
  if (host === null) return null;
  return { host, port: (await reader.bytes(2)).readUInt16BE(0) };
}

async function readHost(reader: ByteReader, type: number): Promise<string | null> {
  if (type === AddressType.ipv4) return formatIpv4(await reader.bytes(4));
  if (type === AddressType.domain) return reader.counted();
  if (type === AddressType.ipv6) return formatIpv6(await reader.bytes(16));
  return null;
}

/** Dotted decimal. */
export function formatIpv4(bytes: Buffer): string {
  return bytes.join('.');
}

function formatIpv6(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':');
}
