import type { FleetCredentials } from '../../../src/local/fleet/index.ts';
import type { BuiltInProtocol } from '../../../src/proxies/endpoint.ts';

/** Servers the suite knows, by the name of their Debian package. */
type ServerName = 'squid' | 'tinyproxy' | 'dante-server' | 'microsocks';

/** One way into one server. The suite has a set of cases for each entrance and target scheme. */
export interface Entrance {
  readonly server: ServerName;
  readonly protocol: BuiltInProtocol;
  readonly asksForCredentials: boolean;
}

/** An entrance that is open. */
export interface RealProxy extends Entrance {
  readonly host: string;
  readonly port: number;
  readonly credentials?: FleetCredentials;
}

/** The address that the servers connect from, so that targets can tell them from other clients. */
export const EGRESS_ADDRESS = '127.0.0.2';

/** The credentials that servers ask for, unless they are open. */
export const CREDENTIALS: FleetCredentials = { username: 'proxytester', password: 's3cret-word' };

/** Every entrance of every server. Dante knows passwords in SOCKS5 only; SOCKS4 has none. */
export const ENTRANCES: readonly Entrance[] = [
  ...both('squid', 'http'),
  ...both('squid', 'https'),
  ...both('tinyproxy', 'http'),
  { server: 'dante-server', protocol: 'socks4', asksForCredentials: false },
  ...both('dante-server', 'socks5'),
  ...both('microsocks', 'socks5'),
];

function both(server: ServerName, protocol: BuiltInProtocol): readonly Entrance[] {
  return [false, true].map((asksForCredentials) => ({ server, protocol, asksForCredentials }));
}
