import type { Clock } from '../clock.ts';
import type { Proxy } from '../proxies/proxy.ts';
import { describeFailure, type FailureCode } from './failure.ts';

/** What one probe found. `inconclusive`: our side or the target failed, so it says nothing. */
export const Verdict = {
  active: 'active',
  slow: 'slow',
  inactive: 'inactive',
  inconclusive: 'inconclusive',
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** The stretches an attempt consists of, in order. */
export const Phase = {
  dns: 'dns',
  connect: 'connect',
  proxyTls: 'proxyTls',
  handshake: 'handshake',
  targetTls: 'targetTls',
  firstByte: 'firstByte',
  body: 'body',
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** Milliseconds spent in each phase of the last attempt; a phase not reached is absent. */
export type PhaseTimings = { readonly [phase in Phase]?: number };

/** The outcome of checking one proxy. A dead proxy is a result, never an exception. */
export interface HealthCheckResult {
  readonly proxyId: string;
  readonly protocol: string;
  readonly status: Verdict;
  /** Of the successful attempt; of a failed probe, the time its last attempt took. */
  readonly latencyMs: number;
  /** Attempts made, counted from 1. */
  readonly attempts: number;
  /** The HTTP status that decided, from the target or the proxy, when one was received. */
  readonly statusCode?: number;
  /** Absent when the verdict is `active` or `slow`. */
  readonly failure?: FailureCode;
  readonly failedPhase?: Phase;
  /** One sentence, derived from `failure`; holds no credentials. */
  readonly errorMessage?: string;
  readonly timings: PhaseTimings;
  /** Sent and received on the wire over all attempts, proxy handshake and TLS included. */
  readonly bytes: number;
  /** Wall-clock instant of the start of the probe, ISO 8601. */
  readonly checkedAt: string;
  /** The issuer of the certificate seen in place of the target's (`tls_intercepted`). */
  readonly certificateIssuer?: string;
  /** The certificate verifies, but is not the one the control probe saw. */
  readonly certificateChanged?: true;
}

/** True for `active` and `slow`. */
export function isHealthy(result: Pick<HealthCheckResult, 'status'>): boolean {
  return result.status === Verdict.active || result.status === Verdict.slow;
}

/** False when the probe says nothing about the proxy. */
export function isConclusive(result: Pick<HealthCheckResult, 'status'>): boolean {
  return result.status !== Verdict.inconclusive;
}

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
