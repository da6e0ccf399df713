import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describeFailure } from '../../../src/health/failure.ts';
import type { HealthCheckOptions } from '../../../src/health/health-check-options.ts';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import { Credentials } from '../../../src/proxies/credentials.ts';
import { createProxy, type Proxy } from '../../../src/proxies/proxy.ts';
import { type Behaviour, type Entrance, HostileProxy } from '../../support/peers/hostile-proxy.ts';

/** The deadline of the probes, milliseconds. */
export const TIMEOUT_MS = 400;

/**
 * Watches how long this machine's other work holds up the event loop at worst: a delay that is not
 * the probe's.
 *
 * @returns a function that ends the watch and returns milliseconds
 */
export function watchLag(): () => number {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  return () => {
    delay.disable();
    return delay.max / 1e6;
  };
}

/** How long after its deadline a probe may end, milliseconds: FAULTS, first paragraph. */
export const GRACE_MS = 100;

export function proxyAt(
  port: number,
  { protocol = 'http', credentials }: { protocol?: string; credentials?: [string, string] } = {},
): Proxy {
  return createProxy({
    protocol,
    host: '127.0.0.1',
    port,
    ...(credentials && { credentials: new Credentials(...credentials) }),
  });
}

/** Whom a failed result blames. */
export function blameOf({ blame, failure }: HealthCheckResult): string {
  return blame ?? describeFailure(failure ?? '').blame;
}

export interface HostileCheck {
  readonly result: HealthCheckResult;
  /** Milliseconds, without the event loop's delay and the time that the probe got back for it. */
  readonly elapsedMs: number;
  /** Connections that the probe made. */
  readonly connections: number;
}

export interface HostileCheckOptions {
  readonly options?: Partial<HealthCheckOptions>;
  readonly credentials?: [string, string];
  readonly checker?: HealthChecker;
}

export const checker = new HealthChecker({ allowPrivateAddresses: true });

/** Checks a peer that shows the behaviour once the probe has come in through the entrance. */
export async function checkHostile(
  entrance: Entrance,
  behaviour: Behaviour,
  { options = {}, credentials, checker: own = checker }: HostileCheckOptions = {},
): Promise<HostileCheck> {
  const peer = await HostileProxy.start(async (wire) => {
    await entrance.enter(wire);
    await behaviour(wire);
  });
  try {
    const proxy = proxyAt(peer.port, {
      protocol: entrance.protocol,
      ...(credentials && { credentials }),
    });
    const complete = parseHealthCheckOptions({
      targetUrl: entrance.targetUrl,
      timeoutMs: TIMEOUT_MS,
      ...options,
    });
    const lagMs = watchLag();
    const startedAt = performance.now();
    const result = await own.checkProxy(proxy, { options: complete });
    const elapsedMs = performance.now() - startedAt - 2 * lagMs();
    return { result, elapsedMs, connections: peer.connections };
  } finally {
    await peer.close();
  }
}
