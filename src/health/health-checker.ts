import { mapConcurrently } from '../async/map-concurrently.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { BuiltInProtocol } from '../proxies/endpoint.ts';
import type { Proxy } from '../proxies/proxy.ts';
import { type ControlOutcome, probeTarget } from './control-probe.ts';
import { CertificateWitness } from './dial/certificate-witness.ts';
import type { ProbeServices } from './dial/dial-context.ts';
import { ROUTES } from './dial/routes.ts';
import { TlsContexts } from './dial/tls-contexts.ts';
import { DnsResolver, type NameResolver } from './dns/name-resolver.ts';
import type { HealthCheckOptions } from './health-check-options.ts';
import { type HealthCheckResult, unsupportedProtocol } from './health-check-result.ts';
import { BuiltInStrategy, type HealthCheckStrategy } from './health-check-strategy.ts';
import { parseHealthCheckOptions } from './schema/parse-options.ts';
import {
  DEFAULT_CONCURRENCY,
  DEFAULT_IN_FLIGHT_PER_HOST,
  ProbeWindow,
} from './window/probe-window.ts';

export interface HealthCheckerOptions {
  /** Used when a call brings no options. @default those of `parseHealthCheckOptions()` */
  readonly options?: HealthCheckOptions;
  /** Whether private and loopback addresses may be dialed. @default false */
  readonly allowPrivateAddresses?: boolean;
  /** Most probes in flight on one proxy host, 1 to 10,000. @default 32 */
  readonly maxInFlightPerHost?: number;
  readonly clock?: Clock;
  /** Turns host names into addresses. @default a `DnsResolver` on the system's name servers */
  readonly resolver?: NameResolver;
  /** What control probes saw of targets; checkers may share it. @default one of its own */
  readonly witness?: CertificateWitness;
}

export interface CheckProxyRequest {
  /** Complete options for this call. @default those of the checker and the protocol */
  readonly options?: HealthCheckOptions;
  readonly signal?: AbortSignal;
}

export interface StreamRequest extends CheckProxyRequest {
  /** Most probes of this stream in flight, 1 to 10,000. @default 256 */
  readonly concurrency?: number;
  /** Admits the probes; several streams may share one. @default a window for this stream alone */
  readonly window?: ProbeWindow;
}

const never = new AbortController().signal;

/** Checks proxies, one at a time or as a stream. Holds no connections between probes. */
export class HealthChecker {
  readonly #defaults: HealthCheckOptions;
  readonly #maxInFlightPerHost: number;
  readonly #clock: Clock;
  readonly #services: ProbeServices;
  readonly #strategies = new Map<string, HealthCheckStrategy>();
  readonly #protocolOptions = new Map<string, Partial<HealthCheckOptions>>();
  readonly #merged = new WeakMap<HealthCheckOptions, Map<string, HealthCheckOptions>>();

  constructor({
    options = parseHealthCheckOptions(),
    allowPrivateAddresses = false,
    maxInFlightPerHost = DEFAULT_IN_FLIGHT_PER_HOST,
    clock = systemClock,
    resolver = new DnsResolver({ clock }),
    witness = new CertificateWitness(),
  }: HealthCheckerOptions = {}) {
    this.#defaults = options;
    this.#maxInFlightPerHost = maxInFlightPerHost;
    this.#clock = clock;
    const tls = new TlsContexts();
    this.#services = { resolver, allowPrivateAddresses, tls, witness };
    for (const protocol of Object.keys(ROUTES) as BuiltInProtocol[]) {
      const built = new BuiltInStrategy({
        route: ROUTES[protocol],
        services: this.#services,
        clock,
      });
      this.#strategies.set(protocol, built);
    }
  }

  /** Makes a strategy responsible for a protocol, which may be a built-in one. */
  registerStrategy(protocol: string, strategy: HealthCheckStrategy): void {
    this.#strategies.set(protocol, strategy);
  }

  /**
   * Sets options for one protocol alone; they override those of the checker and of each call.
   *
   * @throws {InvalidInputError} when they are out of range
   */
  setProtocolOptions(protocol: string, options: Partial<HealthCheckOptions>): void {
    parseHealthCheckOptions(options);
    this.#protocolOptions.set(protocol, options);
  }

  /**
   * Checks one proxy. A dead proxy is a result, never an exception.
   *
   * @throws {unknown} when the signal is aborted: its reason
   */
  async checkProxy(
    proxy: Proxy,
    { options = this.#defaults, signal = never }: CheckProxyRequest = {},
  ): Promise<HealthCheckResult> {
    const strategy = this.#strategies.get(proxy.protocol);
    if (!strategy) return unsupportedProtocol(proxy, this.#clock);
    return strategy.check(proxy, this.#optionsFor(proxy.protocol, options), signal);
  }

  /**
   * Checks any number of proxies and yields each result as it comes in. A proxy is taken from the
   * iterable only when a probe can start, so memory does not depend on the iterable's length.
   * Leaving the loop early aborts the probes in flight.
   *
   * @throws {unknown} when the signal is aborted: its reason; when the iterable throws: its error
   */
  streamHealthChecks(
    proxies: Iterable<Proxy> | AsyncIterable<Proxy>,
    { concurrency = DEFAULT_CONCURRENCY, signal, options, window }: StreamRequest = {},
  ): AsyncGenerator<HealthCheckResult, void, undefined> {
    const clock = this.#clock;
    const maxInFlightPerHost = this.#maxInFlightPerHost;
    const admission = window ?? new ProbeWindow({ concurrency, maxInFlightPerHost, clock });
    return mapConcurrently(proxies, {
      concurrency,
      signal,
      work: (proxy, stop) => {
        const request = { signal: stop, ...(options && { options }) };
        return admission.run(proxy.host, () => this.checkProxy(proxy, request), stop);
      },
    });
  }

  /**
   * Runs the control probe, which asks the target without a proxy. When it fails, verdicts found at
   * the same time say nothing about the proxies.
   *
   * @throws {unknown} when the signal is aborted: its reason
   */
  checkTarget({
    options = this.#defaults,
    signal,
  }: CheckProxyRequest = {}): Promise<ControlOutcome> {
    return probeTarget({ options, signal, services: this.#services, clock: this.#clock });
  }

  /** Merges the options for a protocol once, so that everything made from them is shared. */
  #optionsFor(protocol: string, options: HealthCheckOptions): HealthCheckOptions {
    const own = this.#protocolOptions.get(protocol);
    if (!own) return options;
    const merged = this.#merged.get(options) ?? new Map<string, HealthCheckOptions>();
    this.#merged.set(options, merged);
    const known = merged.get(protocol) ?? { ...options, ...own };
    merged.set(protocol, known);
    return known;
  }
}
