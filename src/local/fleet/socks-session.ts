import type { Socket } from 'node:net';
import type { ByteReader } from './byte-reader.ts';
import type { Conduct } from './conduct.ts';
import type { Egress } from './egress.ts';

/** One caller of a SOCKS proxy and what is needed to serve it. */
export interface SocksSession {
  readonly client: Socket;
  readonly reader: ByteReader;
  readonly conduct: Conduct;
  readonly egress: Egress;
  readonly signal: AbortSignal;
}
