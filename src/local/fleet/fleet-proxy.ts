import type { BuiltInProtocol } from '../../proxies/endpoint.ts';
import type { ServerCertificate } from './certificates.ts';
import type { Egress } from './egress.ts';
import type { FleetServer, RemoteEndpoint } from './fleet-server.ts';

/** How a proxy of the fleet behaves. */
export const FleetBehaviour = {
  /** Does its work. */
  good: 'good',
  /** Does its work, but waits for `delayMs` first. */
  slow: 'slow',
  /** Refuses every caller's credentials, and callers without any. */
  unauthorized: 'unauthorized',
  /** Serves every other connection and hangs up on the rest; the first is served. */
  flapping: 'flapping',
  /** Ends the target's TLS itself, with a certificate of its own. */
  intercepting: 'intercepting',
} as const;
export type FleetBehaviour = (typeof FleetBehaviour)[keyof typeof FleetBehaviour];

/** What a proxy asks of its callers; SOCKS4 knows only the username. */
export interface FleetCredentials {
  readonly username: string;
  readonly password: string;
}

/** The settings of a proxy of the fleet. */
export interface FleetProxyOptions {
  /** The credentials callers must offer. @default none */
  readonly credentials?: FleetCredentials;
  /** @default good */
  readonly behaviour?: FleetBehaviour;
  /** Milliseconds before it answers the handshake. @default 0; 2500 for a slow proxy */
  readonly delayMs?: number;
  /** The certificate an intercepting proxy shows in place of the target's; it requires one. */
  readonly interceptWith?: ServerCertificate;
  /** @default 0, a free port */
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
}

/** A running proxy of the fleet. */
export class FleetProxy {
  readonly protocol: BuiltInProtocol;
  readonly host: string;
  readonly port: number;
  /** The line for a proxy list, including the right credentials. */
  readonly url: string;
  readonly #server: FleetServer;
  readonly #egress: Egress;

  constructor(
    protocol: BuiltInProtocol,
    { server, egress }: { readonly server: FleetServer; readonly egress: Egress },
    credentials?: FleetCredentials,
  ) {
    this.protocol = protocol;
    this.host = server.host;
    this.port = server.port;
    this.url = formatProxyUrl(this, credentials);
    this.#server = server;
    this.#egress = egress;
  }

  /** Connections accepted so far. */
  get connectionCount(): number {
    return this.#server.connections.length;
  }

  /** Whether this proxy opened the connection that a target saw coming from there. */
  hasOpened(remote: RemoteEndpoint): boolean {
    return this.#egress.hasOpened(remote);
  }

  /** Stops listening and destroys every socket, including those towards targets. */
  close(): Promise<void> {
    return this.#server.close();
  }
}

/** `scheme://user:password@host:port` with the userinfo percent-encoded. */
export function formatProxyUrl(
  endpoint: { readonly protocol: string; readonly host: string; readonly port: number },
  credentials?: FleetCredentials,
): string {
  const userinfo = credentials
    ? `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`
    : '';
  return `${endpoint.protocol}://${userinfo}${endpoint.host}:${endpoint.port}`;
}
