import type { Clock } from '../clock.ts';
import type { Proxy } from '../proxies/proxy.ts';
import { describeFailure } from './failure.ts';
import { type HealthCheckResult, Verdict } from './health-check-result.ts';

/** The result for a proxy whose protocol nobody can check: it says nothing about the proxy. */
export function unsupportedProtocol(proxy: Proxy, clock: Clock): HealthCheckResult {
  const { code, sentence } = describeFailure('unsupported_protocol');
  return {
    proxyId: proxy.id,
    protocol: proxy.protocol,
    status: Verdict.inconclusive,
    latencyMs: 0,
    attempts: 0,
    failure: code,
    errorMessage: sentence,
    timings: {},
    bytes: 0,
    checkedAt: new Date(clock.now()).toISOString(),
  };
}
