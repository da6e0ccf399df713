import type { Clock } from '../../clock.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import { Attempt, type AttemptOutcome } from '../attempt/attempt.ts';
import { classifyError } from '../classify/classify-error.ts';
import { describeFailure, type FailureCode, isOurs } from '../failure.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';
import { type HealthCheckResult, Verdict } from '../health-check-result.ts';
import type { FailureEvidence } from '../probe-failure.ts';
import type { Answer } from './ask-target.ts';
import { pauseBeforeRetry } from './back-off.ts';

export interface ProbeJob {
  readonly proxy: Proxy;
  readonly options: HealthCheckOptions;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** One try; fails with a ProbeFailure or any error a socket can have. */
  attempt(attempt: Attempt): Promise<Answer>;
}

/** An attempt whose error has found its place in the failure table. */
interface Judged {
  readonly outcome: AttemptOutcome<Answer>;
  readonly failure: { readonly code: FailureCode; readonly evidence: FailureEvidence } | null;
}

/**
 * Checks one proxy: attempts until one succeeds, one fails for good, or there are none left.
 *
 * @throws the reason of the caller's abort, and nothing else
 */
export async function probe(job: ProbeJob): Promise<HealthCheckResult> {
  const { clock, options, signal } = job;
  const checkedAt = new Date(clock.now()).toISOString();
  let bytes = 0;
  for (let attempts = 1; ; attempts++) {
    const limits = { timeoutMs: options.timeoutMs, clock, signal };
    const outcome = await new Attempt(limits).run(job.attempt);
    bytes += outcome.bytes;
    const judged = judge(outcome);
    const mayRetry = judged.failure !== null && describeFailure(judged.failure.code).transient;
    if (!mayRetry || attempts === options.attempts) {
      return toResult(job, judged, { attempts, bytes, checkedAt });
    }
    await pauseBeforeRetry(attempts, signal);
  }
}

function judge(outcome: AttemptOutcome<Answer>): Judged {
  if (outcome.failedPhase === undefined) return { outcome, failure: null };
  return { outcome, failure: classifyError(outcome.error, outcome.failedPhase) };
}

function toResult(
  { proxy, options }: ProbeJob,
  { outcome, failure }: Judged,
  counted: Pick<HealthCheckResult, 'attempts' | 'bytes' | 'checkedAt'>,
): HealthCheckResult {
  const { latencyMs, timings, value } = outcome;
  const base = { proxyId: proxy.id, protocol: proxy.protocol, latencyMs, timings, ...counted };
  if (!failure) {
    const status = latencyMs > options.slowThresholdMs ? Verdict.slow : Verdict.active;
    return {
      ...base,
      status,
      ...(value && { statusCode: value.statusCode }),
      ...(value?.certificateChanged && { certificateChanged: true }),
    };
  }
  const { statusCode, certificateIssuer } = failure.evidence;
  return {
    ...base,
    status: isOurs(failure.code) ? Verdict.inconclusive : Verdict.inactive,
    failure: failure.code,
    errorMessage: describeFailure(failure.code).sentence,
    ...(outcome.failedPhase && { failedPhase: outcome.failedPhase }),
    ...(statusCode !== undefined && { statusCode }),
    ...(certificateIssuer !== undefined && { certificateIssuer }),
  };
}
