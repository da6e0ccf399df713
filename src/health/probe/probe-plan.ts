import type { HealthCheckOptions } from '../health-check-options.ts';
import { type Exchange, exchangeHeads } from '../http/exchange.ts';
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
  /** A promise where an HTTP client has to be loaded first, before a probe's time begins. */
  readonly exchange: Exchange | Promise<Exchange>;
}

const plans = new WeakMap<HealthCheckOptions, ProbePlan>();

/** Returns the plan of these options, made at first use. Options are never changed in place. */
export function planOf(options: HealthCheckOptions): ProbePlan {
  const known = plans.get(options);
  if (known) return known;
  const expectedStatusCodes = new Set(options.expectedStatusCodes);
  const plan: ProbePlan = {
    options,
    target: toTarget(new URL(options.targetUrl)),
    headers: requestFields(options),
    plainHeaders: requestFields({ ...options, headers: {} }),
    expectedStatusCodes,
    exchange: exchangeFor(options, expectedStatusCodes),
  };
  plans.set(options, plan);
  return plan;
}

/** Only a wanted text takes an HTTP client, which is loaded for no other probe. */
function exchangeFor(
  { bodyIncludes, maxBodyBytes: maxBytes }: HealthCheckOptions,
  expected: ReadonlySet<number>,
): Exchange | Promise<Exchange> {
  if (bodyIncludes === undefined) return exchangeHeads;
  const wish = { text: Buffer.from(bodyIncludes), maxBytes };
  return import('../http/content-exchange.ts').then(({ searchContent }) =>
    searchContent((statusCode) => (expected.has(statusCode) ? wish : null)),
  );
}
