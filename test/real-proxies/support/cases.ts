import type { HealthCheckOptions } from '../../../src/health/health-check-options.ts';
import { LOOPBACK, type Target } from '../../../src/local/fleet/index.ts';
import { Credentials } from '../../../src/proxies/credentials.ts';
import type { ProxyEndpoint } from '../../../src/proxies/endpoint.ts';
import type { Entrance, RealProxy } from './real-proxy.ts';
import { TargetPath, type TargetScheme, type Targets } from './targets.ts';

/** Which certificates a case trusts. */
export type Trust = 'both' | 'target only' | 'proxy only';

/** One check of one proxy: what is asked for, how, and whether that must work. */
export interface Case {
  readonly title: string;
  readonly healthy: boolean;
  /** @default the good target's `/` */
  readonly url?: (targets: Targets) => string;
  /** @default the proxy as it is */
  readonly proxy?: (endpoint: ProxyEndpoint, targets: Targets) => ProxyEndpoint;
  readonly options?: Partial<HealthCheckOptions>;
  /** @default both */
  readonly trust?: Trust;
}

/** Every case of one entrance for targets of one scheme. */
export function casesOf(entrance: Entrance, scheme: TargetScheme): readonly Case[] {
  return [
    ...passing(scheme),
    ...(scheme === 'https' ? [passingUnverified] : []),
    ...failing(scheme),
    ...(scheme === 'https' ? failingTls : []),
    ...(entrance.asksForCredentials ? failingCredentials : []),
    ...(entrance.server === 'microsocks' ? [] : [denied(scheme)]),
    ...(entrance.protocol === 'https' ? failingProxyTls : []),
    ...(entrance.server === 'dante-server' && entrance.protocol === 'socks4' ? [socks4a] : []),
  ];
}

/** The endpoint of a running proxy, as a list would give it. */
export function endpointOf({ protocol, host, port, credentials }: RealProxy): ProxyEndpoint {
  return { protocol, host, port, ...(credentials ? withCredentials(credentials) : {}) };
}

const passing = (scheme: TargetScheme): readonly Case[] => [
  { title: 'a target that answers 200', healthy: true },
  {
    title: 'a target that answers 204, which is expected',
    healthy: true,
    url: pathOf(scheme, TargetPath.noContent),
    options: { expectedStatusCodes: [200, 204] },
  },
  {
    title: 'a target given by name',
    healthy: true,
    url: ({ good }) => `${scheme}://localhost:${good[scheme].port}/`,
  },
  {
    title: 'a redirect that is followed',
    healthy: true,
    url: pathOf(scheme, TargetPath.redirect),
  },
  {
    title: 'a redirect that is expected and not followed',
    healthy: true,
    url: pathOf(scheme, TargetPath.redirect),
    options: { allowRedirects: false, expectedStatusCodes: [302] },
  },
];

const passingUnverified: Case = {
  title: 'a self-signed certificate that is not verified',
  healthy: true,
  url: urlOf((targets) => targets.selfSigned),
  options: { verifyTls: false },
};

const failing = (scheme: TargetScheme): readonly Case[] => [
  {
    title: 'a target that answers 503',
    healthy: false,
    url: pathOf(scheme, TargetPath.busy),
  },
  {
    title: 'a target that answers 200 where 204 is expected',
    healthy: false,
    options: { expectedStatusCodes: [204] },
  },
  {
    title: 'a target that is down',
    healthy: false,
    url: ({ downPort }) => `${scheme}://${LOOPBACK}:${downPort}/`,
  },
  {
    title: 'a redirect that is not followed',
    healthy: false,
    url: pathOf(scheme, TargetPath.redirect),
    options: { allowRedirects: false },
  },
  {
    title: 'a port where no proxy listens',
    healthy: false,
    proxy: (endpoint, { downPort }) => ({ ...endpoint, port: downPort }),
  },
];

const failingTls: readonly Case[] = [
  { title: 'an expired certificate', healthy: false, url: urlOf((targets) => targets.expired) },
  {
    title: 'a self-signed certificate',
    healthy: false,
    url: urlOf((targets) => targets.selfSigned),
  },
  {
    title: 'a certificate for another name',
    healthy: false,
    url: urlOf((targets) => targets.wrongName),
  },
  { title: 'a certificate of an unknown authority', healthy: false, trust: 'proxy only' },
];

const failingCredentials: readonly Case[] = [
  {
    title: 'a wrong password',
    healthy: false,
    proxy: (endpoint) => ({
      ...endpoint,
      ...withCredentials({ username: endpoint.credentials?.username ?? '', password: 'wrong' }),
    }),
  },
  {
    title: 'an unknown user',
    healthy: false,
    proxy: (endpoint) => ({
      ...endpoint,
      ...withCredentials({
        username: 'nobody-known',
        password: endpoint.credentials?.password ?? '',
      }),
    }),
  },
  {
    title: 'no credentials',
    healthy: false,
    proxy: ({ credentials: _, ...endpoint }) => endpoint,
  },
];

const failingProxyTls: readonly Case[] = [
  { title: 'a proxy certificate of an unknown authority', healthy: false, trust: 'target only' },
  {
    title: 'plain HTTP to a TLS proxy',
    healthy: false,
    proxy: (endpoint) => ({ ...endpoint, protocol: 'http' }),
  },
];

const denied = (scheme: TargetScheme): Case => ({
  title: 'a target that the access rules deny',
  healthy: false,
  url: (targets) => targets.denied[scheme].url,
});

/** Debian's Dante rejects every 4a request, as curl finds too. */
const socks4a: Case = {
  title: 'a SOCKS4a request to a server that does not know 4a',
  healthy: false,
  url: ({ good }) => `http://localhost:${good.http.port}/`,
  proxy: (endpoint) => ({ ...endpoint, remoteDns: true }),
};

function pathOf(scheme: TargetScheme, path: string): (targets: Targets) => string {
  return ({ good }) => new URL(path, good[scheme].url).href;
}

function urlOf(pick: (targets: Targets) => Target): (targets: Targets) => string {
  return (targets) => pick(targets).url;
}

function withCredentials({ username, password }: { username: string; password: string }): {
  credentials: Credentials;
} {
  return { credentials: new Credentials(username, password) };
}
