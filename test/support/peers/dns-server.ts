import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { toIpv6Groups } from '../../../src/proxies/embedded-ipv4.ts';

/** The answer of a name server for a name: its addresses of both families, an error or no answer. */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silence';

/** Answers a query for the addresses of one family. */
export type AnswerQuery = (name: string, family: 4 | 6) => DnsAnswer;

const RCODES = { NXDOMAIN: 3, SERVFAIL: 2 } as const;
const TYPE_A = 1;
const TYPE_AAAA = 28;

/** A name server on loopback (RFC 1035) that answers A and AAAA queries from a table. */
export class DnsServer {
  /** The names that were queried, in order. */
  readonly queries: string[] = [];
  readonly #socket: Socket = createSocket('udp4');
  readonly #answer: AnswerQuery;

  private constructor(answer: AnswerQuery) {
    this.#answer = answer;
    this.#socket.on('message', (message, from) => this.#reply(message, from));
  }

  static async start(answer: AnswerQuery): Promise<DnsServer> {
    const server = new DnsServer(answer);
    await new Promise<void>((resolve) => server.#socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  /** `address:port`, the form a resolver takes. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #reply(query: Buffer, from: RemoteInfo): void {
    const { name, end } = readName(query);
    this.queries.push(name);
    const family = query.readUInt16BE(end) === TYPE_A ? 4 : 6;
    const answer = this.#answer(name, family);
    if (answer === 'silence') return;
    const isError = typeof answer === 'string';
    const addresses = isError ? [] : answer.filter((address) => isIP(address) === family);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (isError ? RCODES[answer] : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const records = addresses.map(formatRecord);
    const reply = Buffer.concat([header, query.subarray(12, end + 4), ...records]);
    this.#socket.send(reply, from.port, from.address);
  }
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

/** Formats a pointer to the queried name, type, class IN, TTL 60 s and the address. */
function formatRecord(address: string): Buffer {
  const isV4 = isIP(address) === 4;
  const data = isV4
    ? address.split('.').map(Number)
    : toIpv6Groups(address).flatMap((group) => [group >> 8, group & 0xff]);
  const type = isV4 ? TYPE_A : TYPE_AAAA;
  return Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]);
}
