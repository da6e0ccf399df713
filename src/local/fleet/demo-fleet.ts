import { BuiltInProtocol } from '../../proxies/endpoint.ts';
import { createTestAuthority, type ServerCertificate } from './certificates.ts';
import { findDeadPort } from './dead-port.ts';
import {
  FleetBehaviour,
  type FleetCredentials,
  type FleetProxy,
  type FleetProxyOptions,
  formatProxyUrl,
} from './fleet-proxy.ts';
import { LOOPBACK } from './fleet-server.ts';
import { startHttpProxy, startHttpsProxy } from './http-proxy.ts';
import { startSocks4Proxy, startSocks5Proxy } from './socks-proxy.ts';
import { startTarget, type Target } from './target.ts';

/** The behaviour a member of the demo fleet shows; nothing listens at the port of a `dead` one. */
export type DemoRole = FleetBehaviour | 'dead';

/** One line of the demo fleet's list. */
interface DemoMember {
  readonly protocol: BuiltInProtocol;
  readonly role: DemoRole;
  /** Includes the credentials, as in a proxy list. */
  readonly url: string;
  /** Null for a dead member. */
  readonly proxy: FleetProxy | null;
}

/** Proxies of every kind on loopback, and a target behind them. */
export interface DemoFleet {
  readonly members: readonly DemoMember[];
  /** The members as a proxy list, one line each, with a comment before each protocol. */
  readonly list: string;
  readonly target: Target;
  /** The target's `https:` URL. */
  readonly targetUrl: string;
  /** The authority that checkers must trust, PEM; it signs the target and the HTTPS proxies. */
  readonly caPem: string;
  /** Closes every proxy and the target. */
  close(): Promise<void>;
}

const CREDENTIALS: FleetCredentials = { username: 'demo', password: 'demo-password' };

/**
 * Starts five members for each built-in protocol (good, slow, dead, unauthorized, flapping), and
 * one intercepting proxy each for HTTP and SOCKS5.
 */
export async function startDemoFleet(): Promise<DemoFleet> {
  const authority = await createTestAuthority('Lighthouse Demo CA');
  const impostor = await createTestAuthority('Demo Interception CA');
  const names = ['localhost', LOOPBACK];
  const tls = await authority.issue({ names });
  const interceptWith = await impostor.issue({ names });
  const target = await startTarget({ tls });
  const members = await startMembers({ tls, interceptWith });
  return {
    members,
    list: formatList(members),
    target,
    targetUrl: target.url,
    caPem: authority.caPem,
    close: async () => {
      await Promise.all([target.close(), ...members.map((member) => member.proxy?.close())]);
    },
  };
}

interface Certificates {
  readonly tls: ServerCertificate;
  readonly interceptWith: ServerCertificate;
}

async function startMembers(certificates: Certificates): Promise<readonly DemoMember[]> {
  const roles = ['good', 'slow', 'dead', 'unauthorized', 'flapping'] as const;
  const plan = [
    ...Object.values(BuiltInProtocol).flatMap((protocol) =>
      roles.map((role) => ({ protocol, role })),
    ),
    { protocol: BuiltInProtocol.http, role: FleetBehaviour.intercepting },
    { protocol: BuiltInProtocol.socks5, role: FleetBehaviour.intercepting },
  ];
  return Promise.all(plan.map(({ protocol, role }) => startMember(protocol, role, certificates)));
}

async function startMember(
  protocol: BuiltInProtocol,
  role: DemoRole,
  { tls, interceptWith }: Certificates,
): Promise<DemoMember> {
  if (role === 'dead') {
    const url = formatProxyUrl({ protocol, host: LOOPBACK, port: await findDeadPort() });
    return { protocol, role, url, proxy: null };
  }
  const asks = role === FleetBehaviour.good || role === FleetBehaviour.unauthorized;
  const proxy = await start(protocol, tls, {
    behaviour: role,
    ...(asks ? { credentials: CREDENTIALS } : {}),
    ...(role === FleetBehaviour.intercepting ? { interceptWith } : {}),
  });
  return { protocol, role, url: proxy.url, proxy };
}

function start(
  protocol: BuiltInProtocol,
  tls: ServerCertificate,
  options: FleetProxyOptions,
): Promise<FleetProxy> {
  if (protocol === BuiltInProtocol.http) return startHttpProxy(options);
  if (protocol === BuiltInProtocol.https) return startHttpsProxy({ ...options, tls });
  if (protocol === BuiltInProtocol.socks4) return startSocks4Proxy(options);
  return startSocks5Proxy(options);
}

function formatList(members: readonly DemoMember[]): string {
  const byProtocol = Map.groupBy(members, (member) => member.protocol);
  return [...byProtocol]
    .map(([protocol, group]) =>
      [`# ${protocol}`, ...group.map(({ url, role }) => `${url} # ${role}`), ''].join('\n'),
    )
    .join('');
}
