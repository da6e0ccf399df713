import type { HealthCheckOptions } from '../health-check-options.ts';
import { type RequestFields, requestFields } from '../http/request.ts';
import { type Target, toTarget } from '../target.ts';

/** Everything that can be worked out once for all probes with the same options. */
export interface ProbePlan {
  readonly options: HealthCheckOptions;
  readonly target: Target;
  readonly headers: RequestFields;
  /** The fields that are kept when a redirect leaves the origin. */
  readonly plainHeaders: RequestFields;
  readonly expectedStatusCodes: ReadonlySet<number>;
  readonly bodyIncludes: Buffer | null;
}

const plans = new WeakMap<HealthCheckOptions, ProbePlan>();

/** Returns the plan of these options, made at first use. Options are never changed in place. */
export function planOf(options: HealthCheckOptions): ProbePlan {
  const known = plans.get(options);
  if (known) return known;
  const plan: ProbePlan = {
    options,
    target: toTarget(new URL(options.targetUrl)),
    headers: requestFields(options),
    plainHeaders: requestFields({ ...options, headers: {} }),
    expectedStatusCodes: new Set(options.expectedStatusCodes),
    bodyIncludes: options.bodyIncludes === undefined ? null : Buffer.from(options.bodyIncludes),
  };
  plans.set(options, plan);
  return plan;
}
