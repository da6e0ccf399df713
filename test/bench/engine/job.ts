/** How a check reaches its target. */
export const Route = {
  /** An `http:` target in absolute form. */
  http: 'http',
  /** An `https:` target through CONNECT, with a full handshake. */
  https: 'https',
  /** The same, with the target's session resumed. */
  resumed: 'resumed',
  /** An `http:` target through SOCKS5, the name resolved by the proxy. */
  socks5: 'socks5',
  /** A proxy that refuses the connection. */
  refused: 'refused',
} as const;
export type Route = (typeof Route)[keyof typeof Route];

/** The routes whose checks end in an answer. */
export const ANSWERED_ROUTES = [Route.http, Route.https, Route.socks5] as const;

/** The name of every target; the proxies resolve it to themselves. */
export const TARGET_HOST = 'target.test';

/** The second octet of proxies that hold their answers; see fixtures/proxies.cpp. */
export const HELD_OCTET = 254;

/** What a subject is asked to do. Subjects in processes of their own get it as JSON. */
export interface Job {
  readonly route: Route;
  readonly checks: number;
  /** Checks made before the measured ones, with proxies that answer at once. */
  readonly warmUp: number;
  /** In flight while warming up: few when memory is measured, since not all of it is given back. */
  readonly warmUpInFlight: number;
  readonly inFlight: number;
  /** The second octet of the proxies' addresses: their delay in milliseconds, or `HELD_OCTET`. */
  readonly octet: number;
  readonly port: number;
  /** PEM file with the authority of the target's certificate. */
  readonly caFile: string;
}

/** What a subject reports about itself. */
export interface SubjectReport {
  /** Checks measured; `ok` of them ended as they should. */
  readonly checks: number;
  readonly ok: number;
  /** User and system time of the measured checks. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** The most memory that was resident, from the start of the process. */
  readonly peakRssKb: number;
  /** Memory of the probes whose answers were held; means nothing where none were. */
  readonly heldKb?: number;
  /** The latency of each check that was `ok`. */
  readonly latenciesMs: readonly number[];
  /** Sockets open after the run; only where the subject can tell. */
  readonly socketsLeft?: number;
  /** One of the failures, in words. */
  readonly failure?: string;
}

/** The address of a proxy of the fixture. No two checks share one, so none is asked twice. */
export function proxyHost(octet: number, index: number): string {
  const host = (index % 65_000) + 1;
  return `127.${octet}.${host >> 8}.${host & 255}`;
}

/** The URL asked for on a route. */
export function targetUrl(route: Route): string {
  const secure = route === Route.https || route === Route.resumed;
  return `${secure ? 'https' : 'http'}://${TARGET_HOST}/ip`;
}

/** The scheme of a proxy on a route. */
export function proxyProtocol(route: Route): 'http' | 'socks5' {
  return route === Route.socks5 ? 'socks5' : 'http';
}
