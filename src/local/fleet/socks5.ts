import type { Destination } from './egress.ts';
import type { ByteReader, SocksSession } from './socks-session.ts';

const VERSION = 5;
const CONNECT = 1;
/** Methods (RFC 1928, section 3). */
const Method = { none: 0, password: 2, noneAcceptable: 0xff } as const;
/** Version and statuses of username/password authentication (RFC 1929). */
const PASSWORD_VERSION = 1;
const PasswordStatus = { accepted: 0, refused: 1 } as const;
/** Address types (RFC 1928, section 5). */
const AddressType = { ipv4: 1, domain: 3, ipv6: 4 } as const;
/** Replies (RFC 1928, section 6). */
const Reply = {
  succeeded: 0,
  generalFailure: 1,
  networkUnreachable: 3,
  hostUnreachable: 4,
  connectionRefused: 5,
  commandNotSupported: 7,
  addressTypeNotSupported: 8,
} as const;

const REPLY_BY_ERRNO: Readonly<Record<string, number>> = {
  ENETUNREACH: Reply.networkUnreachable,
  EHOSTUNREACH: Reply.hostUnreachable,
  ENOTFOUND: Reply.hostUnreachable,
  ECONNREFUSED: Reply.connectionRefused,
};

/** Serves one SOCKS5 caller: greeting, credentials, request, tunnel. */
export async function serveSocks5(session: SocksSession): Promise<void> {
  const { client, reader } = session;
  if (!(await agreeOnMethod(session))) return;
  const [version, command] = await reader.bytes(3);
  const destination = await readDestination(reader);
  if (version !== VERSION) client.destroy();
  else if (destination === null) refuse(session, Reply.addressTypeNotSupported);
  else if (command !== CONNECT) refuse(session, Reply.commandNotSupported);
  else await connect(session, destination);
}

async function connect(session: SocksSession, destination: Destination): Promise<void> {
  const { client, conduct, egress, signal } = session;
  try {
    await conduct.think(signal);
    const confirm = (): void => void client.write(formatReply(Reply.succeeded));
    await egress.tunnel(client, destination, { confirm, signal });
  } catch (error) {
    refuse(session, REPLY_BY_ERRNO[errnoOf(error)] ?? Reply.generalFailure);
  }
}

/** Reads the address of a request; null when its type is unknown. */
async function readDestination(reader: ByteReader): Promise<Destination | null> {
  const host = await readHost(reader, await reader.byte());
  if (host === null) return null;
  return { host, port: (await reader.bytes(2)).readUInt16BE(0) };
}

async function readHost(reader: ByteReader, type: number): Promise<string | null> {
  if (type === AddressType.ipv4) return (await reader.bytes(4)).join('.');
  if (type === AddressType.domain) return reader.counted();
  if (type === AddressType.ipv6) return formatIpv6(await reader.bytes(16));
  return null;
}

function formatIpv6(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':');
}

async function agreeOnMethod(session: SocksSession): Promise<boolean> {
  const { client, reader, conduct } = session;
  if ((await reader.byte()) !== VERSION) {
    client.destroy();
    return false;
  }
  const offered = await reader.bytes(await reader.byte());
  const wanted = conduct.asksForCredentials ? Method.password : Method.none;
  if (!offered.includes(wanted)) {
    client.end(Buffer.from([VERSION, Method.noneAcceptable]));
    return false;
  }
  client.write(Buffer.from([VERSION, wanted]));
  return wanted === Method.none || authenticate(session);
}

async function authenticate({ client, reader, conduct }: SocksSession): Promise<boolean> {
  const version = await reader.byte();
  const username = await reader.counted();
  const password = await reader.counted();
  if (version === PASSWORD_VERSION && conduct.accepts({ username, password })) {
    client.write(Buffer.from([PASSWORD_VERSION, PasswordStatus.accepted]));
    return true;
  }
  client.end(Buffer.from([PASSWORD_VERSION, PasswordStatus.refused]));
  return false;
}

function refuse({ client }: SocksSession, code: number): void {
  client.end(formatReply(code));
}

/** The bound address is always 0.0.0.0:0, since this proxy does not reveal it. */
function formatReply(code: number): Buffer {
  return Buffer.from([VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
