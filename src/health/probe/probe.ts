import type { Clock } from '../../clock.ts';
import { Attempt, type AttemptOutcome } from '../attempt/attempt.ts';
import { blameSender, type ClassifiedError, classifyError } from '../classify/classify-error.ts';
import { cleanWords } from '../classify/clean-words.ts';
import type { Passage } from '../dial/dial.ts';
import type { ProbeServices } from '../dial/dial-context.ts';
import { describeFailure, isOurs } from '../failure.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';
import { type HealthCheckResult, Verdict } from '../health-check-result.ts';
import { type Answer, askTarget } from './ask-target.ts';
import { pauseBeforeRetry } from './back-off.ts';
import { planOf } from './probe-plan.ts';

export interface ProbeJob extends Passage {
  readonly options: HealthCheckOptions;
  readonly services: ProbeServices;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/** The outcome of an attempt, with its failure; the failure is null when the attempt succeeded. */
interface ClassifiedOutcome {
  readonly outcome: AttemptOutcome<Answer>;
  readonly failure: ClassifiedError | null;
}

/**
 * Checks one proxy: makes attempts until one succeeds, one fails finally, or none is left.
 *
 * @throws {unknown} only when the signal is aborted: its reason
 */
export async function probe(job: ProbeJob): Promise<HealthCheckResult> {
  const { clock, options, signal } = job;
  const plan = planOf(options);
  const exchange = await plan.exchange;
  const ask = { plan, exchange, services: job.services, passage: job };
  const checkedAt = new Date(clock.now()).toISOString();
  let bytes = 0;
  let addressTurn = 0;
  for (let attempts = 1; ; attempts++) {
    const attempt = new Attempt({ timeoutMs: options.timeoutMs, clock, signal, addressTurn });
    const classified = classify(await attempt.run((own) => askTarget({ ...ask, attempt: own })));
    addressTurn = attempt.addressTurn + 1;
    bytes += classified.outcome.bytes;
    const { failure } = classified;
    const mayRetry = failure !== null && describeFailure(failure.code).transient;
    if (!mayRetry || attempts === options.attempts) {
      return toResult(job, classified, { attempts, bytes, checkedAt });
    }
    await pauseBeforeRetry(attempts, signal);
  }
}

function classify(outcome: AttemptOutcome<Answer>): ClassifiedOutcome {
  if (outcome.failedPhase === undefined) return { outcome, failure: null };
  const classified = classifyError(outcome.error, outcome.failedPhase);
  return { outcome, failure: blameSender(classified, outcome.sender) };
}

function toResult(
  { proxy, options }: ProbeJob,
  { outcome, failure }: ClassifiedOutcome,
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
  const { statusCode, certificateIssuer, blame, proxySays } = failure.evidence;
  return {
    ...base,
    status: isOurs(failure.code) ? Verdict.inconclusive : Verdict.inactive,
    failure: failure.code,
    ...(blame && blame !== describeFailure(failure.code).blame && { blame }),
    errorMessage: describeFailure(failure.code).sentence,
    ...(outcome.failedPhase && { failedPhase: outcome.failedPhase }),
    ...(statusCode !== undefined && { statusCode }),
    ...(certificateIssuer !== undefined && { certificateIssuer }),
    ...(proxySays && {
      proxySays: cleanWords(proxySays, { credentials: proxy.credentials, options }),
    }),
  };
}
