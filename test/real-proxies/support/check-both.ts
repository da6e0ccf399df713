import type { HealthCheckOptions } from '../../../src/health/health-check-options.ts';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import type { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import type { ProxyEndpoint } from '../../../src/proxies/endpoint.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { type Case, endpointOf, type Trust } from './cases.ts';
import { type CurlVerdict, checkWithCurl } from './curl.ts';
import type { RealProxy } from './real-proxy.ts';
import type { TargetScheme } from './targets.ts';
import type { TestBed } from './test-bed.ts';

/** The verdicts of curl and Lighthouse on one case. */
export interface BothVerdicts {
  readonly curl: CurlVerdict;
  readonly ours: HealthCheckResult;
}

/** Far more than a loopback server needs, so that a busy machine fails no case. */
const TIMEOUT_MS = 10_000;

/** Checks one case through one proxy, with curl and with Lighthouse, under the same options. */
export async function checkBoth(
  one: Case,
  place: { readonly bed: TestBed; readonly proxy: RealProxy; readonly scheme: TargetScheme },
  checker: HealthChecker,
): Promise<BothVerdicts> {
  const { bed, proxy, scheme } = place;
  const whole = endpointOf(proxy);
  const endpoint: ProxyEndpoint = one.proxy?.(whole, bed.targets) ?? whole;
  const ca = trustedBy(bed, one.trust ?? 'both');
  const options: HealthCheckOptions = parseHealthCheckOptions({
    timeoutMs: TIMEOUT_MS,
    targetUrl: one.url?.(bed.targets) ?? bed.targets.good[scheme].url,
    ca,
    ...one.options,
  });
  return {
    curl: await checkWithCurl(endpoint, { ...options, caFile: bed.workspace.write('ca.pem', ca) }),
    ours: await checker.checkProxy(createProxy(endpoint), { options }),
  };
}

function trustedBy({ targetCaPem, proxyCaPem }: TestBed, trust: Trust): string {
  if (trust === 'both') return targetCaPem + proxyCaPem;
  return trust === 'target only' ? targetCaPem : proxyCaPem;
}
