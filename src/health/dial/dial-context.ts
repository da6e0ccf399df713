import type { Socket } from 'node:net';
import type { Proxy } from '../../proxies/proxy.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { NameResolver } from '../dns/name-resolver.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';
import type { Target } from '../target.ts';
import type { CertificateWitness } from './certificate-witness.ts';
import type { Addresses } from './connect-tcp.ts';
import type { TlsContexts } from './tls-contexts.ts';

/** The services that all probes of one checker share. */
export interface ProbeServices {
  readonly resolver: NameResolver;
  readonly allowPrivateAddresses: boolean;
  readonly tls: TlsContexts;
  readonly witness: CertificateWitness;
}

/** What one dial works with. */
export interface DialContext {
  readonly attempt: Attempt;
  readonly options: HealthCheckOptions;
  readonly services: ProbeServices;
}

/** What a route works with. */
export interface RouteContext extends DialContext {
  readonly proxy: Proxy;
  readonly addresses: Addresses;
  readonly target: Target;
  /** The target's host as the proxy gets it: a name, or the literal address resolved here. */
  readonly targetHost: string;
  /** True when the request goes to the proxy itself, in absolute form, without a tunnel. */
  readonly forwarded: boolean;
}

/** How a protocol leads to a target. */
export interface Route {
  /** True when plain HTTP goes to the proxy itself, in absolute form, without a tunnel. */
  readonly forwardsHttp: boolean;
  /** True when the target's name is resolved here, since the protocol carries only addresses. */
  resolvesTarget(proxy: Proxy): boolean;
  /** Connects to the proxy and, unless `forwarded`, through it to the target. */
  open(context: RouteContext): Promise<Socket>;
}
