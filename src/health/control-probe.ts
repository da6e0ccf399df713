import type { Clock } from '../clock.ts';
import { Attempt } from './attempt/attempt.ts';
import { classifyError } from './classify/classify-error.ts';
import type { ProbeServices } from './dial/dial-context.ts';
import { Blame, type FailureCode, isOurs } from './failure.ts';
import type { HealthCheckOptions } from './health-check-options.ts';
import { type AskOptions, askTarget } from './probe/ask-target.ts';
import { pauseBeforeRetry } from './probe/back-off.ts';
import { planOf } from './probe/probe-plan.ts';

/** The outcome of asking the target directly, before or after the work. */
export interface ControlOutcome {
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly statusCode?: number;
  readonly failure?: FailureCode;
}

/**
 * Whom the failures beside a failed control probe are blamed on: the target only when it was asked.
 * The machine that checks may have had no way to ask, the address policy may have forbidden it, or
 * only proxies may know the target's name.
 */
export function blameBeside({ failure }: ControlOutcome): Blame {
  if (failure === 'target_name_unresolved') return Blame.unconfirmed;
  const isAsked = failure === undefined || !(isOurs(failure) || failure === 'address_refused');
  return isAsked ? Blame.target : Blame.us;
}

export interface ControlProbeRequest {
  readonly options: HealthCheckOptions;
  readonly signal?: AbortSignal | undefined;
  readonly services: ProbeServices;
  readonly clock: Clock;
}

/**
 * Asks the target without a proxy, under the same rules. When this fails, the failures of probes
 * say nothing about proxies; an expected answer still does. Later certificates are compared with
 * the one seen here. Makes at least two attempts, so that one lost packet does not void a whole
 * batch.
 *
 * @throws {unknown} when the signal is aborted: its reason
 */
export async function probeTarget(request: ControlProbeRequest): Promise<ControlOutcome> {
  const { options, signal, clock } = request;
  const plan = planOf(options);
  const exchange = await plan.exchange;
  const ask = { plan, exchange, services: request.services };
  let addressTurn = 0;
  const attempts = Math.max(2, options.attempts);
  for (let attempt = 1; ; attempt++) {
    const { timeoutMs } = options;
    const own = new Attempt({ timeoutMs, clock, signal, addressTurn });
    const outcome = await askOnce(ask, own);
    addressTurn = own.addressTurn + 1;
    if (outcome.ok || attempt === attempts) return outcome;
    await pauseBeforeRetry(attempt, signal);
  }
}

async function askOnce(ask: Omit<AskOptions, 'attempt'>, own: Attempt): Promise<ControlOutcome> {
  const { value, error, failedPhase, latencyMs } = await own.run((attempt) =>
    askTarget({ ...ask, attempt }),
  );
  if (value) return { ok: true, latencyMs, statusCode: value.statusCode };
  const { code, evidence } = classifyError(error, failedPhase ?? 'connect');
  const { statusCode } = evidence;
  return { ok: false, latencyMs, failure: code, ...(statusCode !== undefined && { statusCode }) };
}
