import { readFileSync } from 'node:fs';
import {
  createProxy,
  HealthChecker,
  type HealthCheckResult,
  isHealthy,
  type Proxy,
  parseHealthCheckOptions,
} from '../../../../src/index.ts';
import { type Job, proxyProtocol, Route, targetUrl } from '../job.ts';
import type { CheckOutcome } from './measure.ts';

/** Long enough for answers that are held until all probes of a run are in flight. */
const TIMEOUT_MS = 30_000;

/** The checker of a job, with nothing turned off. */
export function makeChecker({ route, caFile }: Job): HealthChecker {
  const options = parseHealthCheckOptions({
    targetUrl: targetUrl(route),
    timeoutMs: TIMEOUT_MS,
    slowThresholdMs: TIMEOUT_MS,
    ca: readFileSync(caFile, 'utf8'),
    resumeTls: route === Route.resumed,
  });
  return new HealthChecker({ options, allowPrivateAddresses: true });
}

export function toProxy({ route, port }: Job, host: string): Proxy {
  return createProxy({ protocol: proxyProtocol(route), host, port });
}

/** The outcome of a result: a refusing proxy must be found to refuse. */
export function toOutcome({ route }: Job, result: HealthCheckResult): CheckOutcome {
  const { latencyMs, failure } = result;
  const isRight = route === Route.refused ? failure === 'refused' : isHealthy(result);
  return isRight ? { latencyMs } : { failure: failure ?? result.status };
}
