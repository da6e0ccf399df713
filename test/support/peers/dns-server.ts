import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

/** The answer of a name server for a name: its IPv4 addresses, an error or no answer. */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silence';

const RCODES = { NXDOMAIN: 3, SERVFAIL: 2 } as const;
const TYPE_A = 1;

/** A name server on loopback (RFC 1035) that answers A queries from a table. */
export class DnsServer {
  /** The names that were queried, in order. */
  readonly queries: string[] = [];
  readonly #socket: Socket = createSocket('udp4');
  readonly #answer: (name: string) => DnsAnswer;

  private constructor(answer: (name: string) => DnsAnswer) {
    this.#answer = answer;
    this.#socket.on('message', (message, from) => this.#reply(message, from));
  }

  static async start(answer: (name: string) => DnsAnswer): Promise<DnsServer> {
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
    const answer = this.#answer(name);
    if (answer === 'silence') return;
    const isError = typeof answer === 'string';
    const addresses = isError || query.readUInt16BE(end) !== TYPE_A ? [] : answer;
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

/** Formats a pointer to the queried name, type A, class IN, TTL 60 s and four bytes. */
function formatRecord(address: string): Buffer {
  const head = [0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4];
  return Buffer.from([...head, ...address.split('.').map(Number)]);
}
