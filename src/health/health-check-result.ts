import type { Clock } from '../clock.ts';
import type { Proxy } from '../proxies/proxy.ts';
import { type Blame, describeFailure, type FailureCode } from './failure.ts';

/** What one probe found. `inconclusive` says nothing: our side or the target failed. */
export const Verdict = {
  active: 'active',
  slow: 'slow',
  inactive: 'inactive',
  inconclusive: 'inconclusive',
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** The phases of an attempt, in order. */
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
  /** Milliseconds the last attempt took, which is the successful one if any was. */
  readonly latencyMs: number;
  /** Attempts made, at least 1; 0 when no strategy knows the protocol. */
  readonly attempts: number;
  /** The HTTP status that decided, from the target or the proxy; absent when none was received. */
  readonly statusCode?: number;
  /** Absent when the verdict is `active` or `slow`. */
  readonly failure?: FailureCode;
  /** Whose fault the failure is, where that is not the party that its code names. */
  readonly blame?: Blame;
  readonly failedPhase?: Phase;
  /** One sentence, derived from `failure`; holds no credentials. */
  readonly errorMessage?: string;
  /**
   * What the proxy says of itself: fields and values, or the number of a SOCKS reply. Printable, at
   * most 200 characters, without what was sent in confidence.
   */
  readonly proxySays?: string;
  readonly timings: PhaseTimings;
  /** Bytes on the wire over all attempts, both ways, including proxy handshakes and TLS. */
  readonly bytes: number;
  /** The wall-clock instant at which the probe started, ISO 8601. */
  readonly checkedAt: string;
  /** The issuer of the target's certificate, or of one in its place, that was refused (`tls_*`). */
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

/** The result for a proxy whose protocol has no strategy; it says nothing about the proxy. */
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
