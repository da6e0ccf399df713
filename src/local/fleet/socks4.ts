import type { SocksSession } from './socks-session.ts';

const VERSION = 4;
const CONNECT = 1;
/** SOCKS4 replies ("SOCKS: A protocol for TCP proxy across firewalls", Ying-Da Lee). */
const Reply = { granted: 0x5a, rejected: 0x5b, identityMismatch: 0x5d } as const;

/** Serves one SOCKS4 or SOCKS4a caller: request, reply, tunnel. */
export async function serveSocks4(session: SocksSession): Promise<void> {
  const { client, reader, conduct, egress, signal } = session;
  const [version, command] = await reader.bytes(2);
  const port = (await reader.bytes(2)).readUInt16BE(0);
  const address = await reader.bytes(4);
  const username = await reader.zeroTerminated();
  const host = namesHost(address) ? await reader.zeroTerminated() : address.join('.');
  if (version !== VERSION || command !== CONNECT) return refuse(session, Reply.rejected);
  if (!conduct.acceptsUser({ username })) return refuse(session, Reply.identityMismatch);
  try {
    await conduct.think(signal);
    const confirm = (): void => void client.write(formatReply(Reply.granted));
    await egress.tunnel(client, { host, port }, { confirm, signal });
  } catch {
    refuse(session, Reply.rejected);
  }
}

/** In SOCKS4a, 0.0.0.x with a non-zero x means that a name follows. */
function namesHost(address: Buffer): boolean {
  return address.readUIntBE(0, 3) === 0 && address.readUInt8(3) !== 0;
}

function refuse({ client }: SocksSession, code: number): void {
  client.end(formatReply(code));
}

function formatReply(code: number): Buffer {
  return Buffer.from([0, code, 0, 0, 0, 0, 0, 0]);
}
