import type { SocksSession } from './socks-session.ts';
import { readSocks5Destination } from './socks-session.ts';

const VERSION = 5;
const CONNECT = 1;
/** Methods (RFC 1928, section 3). */
const Method = { none: 0, password: 2, noneAcceptable: 0xff } as const;
/** Version and statuses of username/password authentication (RFC 1929). */
const PASSWORD_VERSION = 1;
const PasswordStatus = { accepted: 0, refused: 1 } as const;
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
  const destination = await readSocks5Destination(reader);
  if (version !== VERSION) client.destroy();
  else if (destination === null) refuse(session, Reply.addressTypeNotSupported);
  else if (command !== CONNECT) refuse(session, Reply.commandNotSupported);
  else await connect(session, destination);
}

async function connect(
  session: SocksSession,
  destination: Parameters<SocksSession['egress']['tunnel']>[1],
): Promise<void> {
  const { client, conduct, egress, signal } = session;
  try {
    await conduct.think(signal);
    const confirm = (): void => void client.write(formatReply(Reply.succeeded));
    await egress.tunnel(client, destination, { confirm, signal });
  } catch (error) {
    refuse(session, REPLY_BY_ERRNO[errnoOf(error)] ?? Reply.generalFailure);
  }
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

/** The bound address is 0.0.0.0:0: this proxy does not tell. */
function formatReply(code: number): Buffer {
  return Buffer.from([VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
