import { type HealthCheckResult, Verdict } from '../../health/health-check-result.ts';
import type { StoredResult } from '../../model/batch-result.ts';
import type { Proxy } from '../../proxies/proxy.ts';

/** The most bytes kept of a certificate's issuer: the intercepting party chooses the text. */
const MAX_ISSUER_LENGTH = 64;

/** A probe's outcome as it is stored, relative to the start of its batch. */
export function toStoredResult(result: HealthCheckResult, batchStartedAt: number): StoredResult {
  const { statusCode, failure, failedPhase, attempts, certificateIssuer } = result;
  return {
    status: result.status,
    protocol: result.protocol,
    latencyMs: tenths(result.latencyMs),
    // Never negative, even when the wall clock was set back meanwhile.
    offsetMs: Math.max(0, Date.parse(result.checkedAt) - batchStartedAt),
    ...(statusCode !== undefined && { statusCode }),
    ...(failure !== undefined && { failure }),
    ...(failedPhase !== undefined && { failedPhase }),
    ...(attempts !== 1 && { attempts }),
    ...(result.status !== Verdict.active && { timings: tenthsOf(result.timings) }),
    ...(certificateIssuer !== undefined && {
      certificateIssuer: toAscii(certificateIssuer).slice(0, MAX_ISSUER_LENGTH),
    }),
    ...(result.certificateChanged && { certificateChanged: true as const }),
  };
}

/** The result of a proxy that could not be probed before the checker's time ran out. */
export function unfinishedResult({ protocol }: Proxy): StoredResult {
  return {
    status: Verdict.inconclusive,
    protocol,
    latencyMs: 0,
    offsetMs: 0,
    attempts: 0,
    failure: 'checker_starved',
  };
}

/** The same result with a verdict that says nothing about the proxy. */
export function toInconclusive(result: StoredResult): StoredResult {
  return { ...result, status: Verdict.inconclusive };
}

/** One byte per character, so that the largest batch still fits its item. */
function toAscii(text: string): string {
  return text.replace(/[^ -~]/gu, '?');
}

function tenthsOf(timings: HealthCheckResult['timings']): HealthCheckResult['timings'] {
  return Object.fromEntries(Object.entries(timings).map(([phase, ms]) => [phase, tenths(ms)]));
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
