import type { Clock } from '../clock.ts';
import type { Proxy } from '../proxies/proxy.ts';
import { dial } from './dial/dial.ts';
import type { ProbeServices, Route } from './dial/dial-context.ts';
import type { HealthCheckOptions } from './health-check-options.ts';
import type { HealthCheckResult } from './health-check-result.ts';
import type { HealthCheckStrategy } from './health-check-strategy.ts';
import { askTarget } from './probe/ask-target.ts';
import { probe } from './probe/probe.ts';
import { planOf } from './probe/probe-plan.ts';

/** Checks proxies of a built-in protocol: dial along its route, ask for the target, judge. */
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
    const plan = planOf(options);
    const services = this.#services;
    const route = this.#route;
    return probe({
      proxy,
      options,
      clock: this.#clock,
      signal,
      attempt: (attempt) =>
        askTarget({
          attempt,
          plan,
          proxy,
          open: (target) => dial({ attempt, options, services }, { proxy, route, target }),
        }),
    });
  }
}
