import type { Clock } from '../clock.ts';
import type { Proxy } from '../proxies/proxy.ts';
import type { ProbeServices, Route } from './dial/dial-context.ts';
import type { HealthCheckOptions } from './health-check-options.ts';
import type { HealthCheckResult } from './health-check-result.ts';
import { probe } from './probe/probe.ts';

/** Checks the proxies of one protocol. One strategy serves many probes at once. */
export interface HealthCheckStrategy {
  /**
   * Checks one proxy. A dead proxy is a result; the promise rejects only when the signal is
   * aborted, with its reason. Nothing may be left open when the promise settles.
   */
  check(proxy: Proxy, options: HealthCheckOptions, signal: AbortSignal): Promise<HealthCheckResult>;
}

/** Checks proxies of a built-in protocol: dials along its route and asks the target. */
export class BuiltInStrategy implements HealthCheckStrategy {
  readonly #route: Route;
  readonly #services: ProbeServices;
  readonly #clock: Clock;

  constructor(route: Route, { services, clock }: { services: ProbeServices; clock: Clock }) {
    this.#route = route;
    this.#services = services;
    this.#clock = clock;
  }

  check(
    proxy: Proxy,
    options: HealthCheckOptions,
    signal?: AbortSignal,
  ): Promise<HealthCheckResult> {
    const checker = { route: this.#route, services: this.#services, clock: this.#clock };
    return probe({ ...checker, proxy, options, signal });
  }
}
