import type { HealthCheckOptions } from '../../src/health/health-check-options.ts';
import type { BatchResult, StoredResult } from '../../src/model/batch-result.ts';
import { DEFAULT_LEASING } from '../../src/model/leasing-settings.ts';
import type { Pool, PoolPolicy } from '../../src/model/pool.ts';
import type { BatchCounts, Sweep } from '../../src/model/sweep.ts';
import { storePolicy } from '../../src/pools/policy-versions.ts';
import { withoutCa } from '../../src/pools/pool-policy.ts';
import { Credentials } from '../../src/proxies/credentials.ts';
import type { ProxyEndpoint } from '../../src/proxies/endpoint.ts';
import { createProxy, type Proxy } from '../../src/proxies/proxy.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type FakeClock, TEST_TIME } from './fakes/fake-clock.ts';

export const TEST_SALT = Buffer.alloc(32, 7).toString('base64');

/** The expiry of test items: later than any test clock. */
export const FAR_FUTURE_SECONDS = TEST_TIME / 1000 + 10 * 86_400;

export function makeOptions(changes: Partial<HealthCheckOptions> = {}): HealthCheckOptions {
  return {
    targetUrl: 'http://target.test/',
    timeoutMs: 1000,
    attempts: 1,
    expectedStatusCodes: [200],
    slowThresholdMs: 500,
    headers: { accept: '*/*' },
    proxyHeaders: {},
    allowRedirects: true,
    verifyTls: true,
    verifyProxyTls: true,
    maxBodyBytes: 65_536,
    resumeTls: false,
    ...changes,
  };
}

export function makePolicy(changes: Partial<PoolPolicy> = {}): PoolPolicy {
  return {
    options: makeOptions(),
    riseFall: { rise: 1, fall: 1 },
    intervalSeconds: null,
    maxInFlightPerHost: null,
    control: true,
    alarmBelowAvailability: null,
    leasing: DEFAULT_LEASING,
    backOff: null,
    ...changes,
  };
}

export function makePool(changes: Partial<Pool> = {}): Pool {
  return {
    ...makePolicy(),
    poolName: 'fleet',
    salt: TEST_SALT,
    createdAt: new Date(TEST_TIME).toISOString(),
    batchBitCounts: [],
    ...changes,
  };
}

export function makeEndpoint(index: number, changes: Partial<ProxyEndpoint> = {}): ProxyEndpoint {
  const host = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  return { protocol: 'http', host, port: 8080, ...changes };
}

export function makeProxy(index: number, changes: Partial<ProxyEndpoint> = {}): Proxy {
  return createProxy(makeEndpoint(index, changes), TEST_SALT);
}

export function makeProxies(count: number): Proxy[] {
  return Array.from({ length: count }, (_, index) => makeProxy(index));
}

export function makeProxyWithSecrets(index = 0): Proxy {
  return makeProxy(index, {
    credentials: new Credentials('user', 'p@ss:word'),
    tags: { country: 'SE', asn: 0, latitude: 59.3, longitude: 18.1, city: 'Malmö' },
    labels: { provider: 'Example, Inc.' },
  });
}

/** Sets parts of the policy of the pool `fleet`, as `PUT` does. */
export async function changePolicy(
  storage: Storage,
  changes: Partial<PoolPolicy>,
): Promise<Pool | null> {
  const pool = await storage.pools.get('fleet');
  const policy = { ...makePolicy(), ...pool, ...changes };
  const policyVersion = await storePolicy(storage, withoutCa(policy));
  const change = { policy, policyVersion, replaces: pool?.policyVersion };
  return storage.pools.updatePolicy('fleet', change);
}

/** Makes a sweep id that sorts by `order`. */
export function makeSweepId(order: number): string {
  return `019b${order.toString(16).padStart(4, '0')}-0000-7000-8000-000000000000`;
}

export function makeStoredResult(changes: Partial<StoredResult> = {}): StoredResult {
  return {
    status: 'active',
    protocol: 'http',
    latencyMs: 42.5,
    offsetMs: 10,
    statusCode: 200,
    ...changes,
  };
}

export function makeBatchResult(changes: Partial<BatchResult> = {}): BatchResult {
  return {
    poolName: 'fleet',
    bits: '*',
    sweepId: makeSweepId(1),
    startedAt: new Date(TEST_TIME).toISOString(),
    results: new Map([[makeProxy(0).id, makeStoredResult()]]),
    bytes: 1000,
    control: { ok: true, latencyMs: 5, statusCode: 200 },
    expiresAtEpochSeconds: FAR_FUTURE_SECONDS,
    ...changes,
  };
}

export function makeCounts(changes: Partial<BatchCounts> = {}): BatchCounts {
  return {
    active: 1,
    slow: 0,
    inactive: 0,
    inconclusive: 0,
    bytes: 1000,
    latencyHistogram: Array.from({ length: 16 }, (_, bucket) => (bucket === 4 ? 1 : 0)),
    failures: {},
    ...changes,
  };
}

export function makeSweep(changes: Partial<Sweep> = {}): Sweep {
  return {
    sweepId: makeSweepId(1),
    poolName: 'fleet',
    bitCount: 0,
    policyVersion: 'version-1',
    trigger: 'manual',
    startedAt: new Date(TEST_TIME).toISOString(),
    deadlineAt: new Date(TEST_TIME + 900_000).toISOString(),
    state: 'running',
    expiresAtEpochSeconds: FAR_FUTURE_SECONDS,
    ...changes,
  };
}

/** Creates an empty storage with the clock that decides what has expired. */
export type CreateStorage = () => Promise<{ readonly storage: Storage; readonly clock: FakeClock }>;
