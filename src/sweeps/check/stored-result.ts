import { Blame, isOurs } from '../../health/failure.ts';
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
    ...blameOf(result),
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

/**
 * The same result with a verdict that says nothing about the proxy.
 *
 * @param blame the party that kept the target from answering directly: the target, or us
 */
export function toInconclusive({ blame: _own, ...result }: StoredResult, blame: Blame) {
  const inconclusive: StoredResult = { ...result, status: Verdict.inconclusive };
  return blame === Blame.target ? inconclusive : { ...inconclusive, blame };
}

/** A strategy of one's own may be inconclusive for reasons that no control probe has confirmed. */
function blameOf({ status, failure, blame }: HealthCheckResult): Pick<StoredResult, 'blame'> {
  if (blame !== undefined) return { blame };
  const isExplained = failure !== undefined && isOurs(failure);
  return status === Verdict.inconclusive && !isExplained ? { blame: Blame.unconfirmed } : {};
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
