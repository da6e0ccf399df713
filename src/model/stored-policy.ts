import * as z from 'zod/mini';
import { readStoredOptions } from '../health/schema/parse-options.ts';
import { numberWithin, readStoredFields, wholeNumber } from '../input.ts';
import { backOffSchema, readStoredBackOff } from './back-off.ts';
import { describeNewerFormat, isNewerFormat } from './format.ts';
import { DEFAULT_LEASING, leasingSettingsSchema, readStoredLeasing } from './leasing-settings.ts';
import type { PoolPolicy } from './pool.ts';

const threshold = z._default(wholeNumber(1, 10), 1);
const wholeMinutes = wholeNumber(60, 86_400, 'seconds').check(
  z.multipleOf(60, 'must be a whole number of minutes'),
);
const perHostUpTo = (most: number) => z._default(z.nullable(wholeNumber(1, most)), null);
/** The most that any probe window may have in flight. */
const WIDEST_WINDOW = 10_000;
const maxInFlightPerHost = perHostUpTo(WIDEST_WINDOW);
const control = z._default(z.boolean(), true);
const alarmBelowAvailability = z._default(z.nullable(numberWithin(0, 1)), null);

/** The body of `PUT /pools/{pool}`; every field may be left out. */
const poolPolicySchema = z.strictObject({
  /** Checked by `parseHealthCheckOptions`. */
  options: z.optional(z.unknown()),
  rise: threshold,
  fall: threshold,
  intervalSeconds: z._default(z.nullable(wholeMinutes), null),
  maxInFlightPerHost,
  control,
  alarmBelowAvailability,
  leasing: z._default(leasingSettingsSchema, DEFAULT_LEASING),
  backOff: z._default(backOffSchema, null),
});

/** The same for checkers that have at most so many probes in flight. */
export function policySchemaWithin(maxInFlight: number) {
  return z.extend(poolPolicySchema, { maxInFlightPerHost: perHostUpTo(maxInFlight) });
}

/** What decides verdicts besides the options: a gateway that is flooded refuses good sessions. */
const rulesSchema = z.object({ rise: threshold, fall: threshold, maxInFlightPerHost, control });

/** A policy as it is stored, by this version or another one. */
export type StoredPolicy = { readonly [Field in keyof PoolPolicy]?: unknown };

/**
 * Reads a stored policy. What was added since it was stored has today's default, and what this
 * version does not know is ignored. If it cannot use a value that decides verdicts, the policy is
 * `unusable`: it can be shown and leased with, and sweeps wait for a version that understands it.
 *
 * @param format that of the item that holds it
 */
export function readStoredPolicy(stored: StoredPolicy, format?: unknown): PoolPolicy {
  const options = readStoredOptions(stored.options, '/options');
  const rules = readStoredFields(rulesSchema, { ...Object(stored.riseFall), ...stored });
  const { rise, fall, maxInFlightPerHost, control } = rules.fields;
  const issues = [...options.issues, ...rules.issues];
  if (isNewerFormat(format)) issues.push({ pointer: '', detail: describeNewerFormat(format) });
  return {
    options: options.fields,
    riseFall: { rise, fall },
    intervalSeconds: readInterval(stored.intervalSeconds),
    maxInFlightPerHost,
    control,
    alarmBelowAvailability: readAvailability(stored.alarmBelowAvailability),
    leasing: readStoredLeasing(stored.leasing),
    backOff: readStoredBackOff(stored.backOff),
    ...(issues.length > 0 && { unusable: issues }),
  };
}

/** Any number of seconds will do to tell when a sweep is due. */
function readInterval(stored: unknown): number | null {
  return typeof stored === 'number' && stored > 0 ? stored : null;
}

/** A limit that cannot be read raises no alarm; it decides no verdict. */
function readAvailability(stored: unknown): number | null {
  const read = z.safeParse(alarmBelowAvailability, stored);
  return read.success ? read.data : null;
}
