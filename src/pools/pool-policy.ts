import * as z from 'zod/mini';
import type { InputIssue } from '../errors.ts';
import { parseHealthCheckOptions } from '../health/schema/parse-options.ts';
import { numberWithin, parseWith, pointerTo, unusable, wholeNumber } from '../input.ts';
import { LARGEST_BATCH_SIZE } from '../model/batch-split.ts';
import { batchTimeMs, largestTimeoutMs } from '../model/batch-time.ts';
import { DEFAULT_LEASING, leasingSettingsSchema } from '../model/leasing-settings.ts';
import { type PoolPolicy, policyOf } from '../model/pool.ts';
import { DEFAULT_SWEEP_LIMITS, type SweepLimits } from '../model/sweep-limits.ts';

const SOURCE = { what: "the pool's policy" };

const threshold = z._default(wholeNumber(1, 10), 1);
const wholeMinutes = wholeNumber(60, 86_400, 'seconds').check(
  z.multipleOf(60, 'must be a whole number of minutes'),
);

/** The body of `PUT /pools/{pool}`; every field may be left out. */
const poolPolicySchema = z.strictObject({
  /** Checked by `parseHealthCheckOptions`. */
  options: z.optional(z.unknown()),
  rise: threshold,
  fall: threshold,
  intervalSeconds: z._default(z.nullable(wholeMinutes), null),
  control: z._default(z.boolean(), true),
  alarmBelowAvailability: z._default(z.nullable(numberWithin(0, 1)), null),
  leasing: z._default(leasingSettingsSchema, DEFAULT_LEASING),
});

/**
 * Parses a pool's policy and fills in the defaults.
 *
 * @param limits the time a batch must fit; @default `DEFAULT_SWEEP_LIMITS`
 * @throws {InvalidInputError} when a field is invalid, which it names, or when `timeoutMs` is too
 * large for a batch, with the largest one that fits
 */
export function parsePoolPolicy(
  input: unknown = {},
  limits: SweepLimits = DEFAULT_SWEEP_LIMITS,
): PoolPolicy {
  const { options, rise, fall, ...rest } = parseWith(poolPolicySchema, input, SOURCE);
  const policy = {
    options: parseHealthCheckOptions(options, { ...SOURCE, pointer: '/options' }),
    riseFall: { rise, fall },
    ...rest,
  };
  requireFit(policy, limits);
  requireStorable(policy);
  return policy;
}

/** A policy with a full set of headers takes a few KB; every sweep reads it. */
const MAX_POLICY_BYTES = 32 * 1024;
/** About 150 certificates. With the policy, far below an item's 400 KB ("Quotas in DynamoDB"). */
const MAX_CA_BYTES = 256 * 1024;

/**
 * Asserts that a policy is small enough to be stored.
 *
 * @throws {InvalidInputError} when it is not; it points to the CA bundle or to the largest option
 */
export function requireStorable(policy: PoolPolicy): void {
  const caBytes = Buffer.byteLength(policy.options.ca ?? '');
  const issues: InputIssue[] = [];
  if (caBytes > MAX_CA_BYTES) {
    const detail = `has ${caBytes} bytes; a pool's CA bundle may have at most ${MAX_CA_BYTES}`;
    issues.push({ pointer: '/options/ca', detail });
  }
  const stored = withoutCa(policy);
  const bytes = bytesOf(stored);
  if (bytes > MAX_POLICY_BYTES) {
    const [[largest, size] = ['', 0]] = Object.entries(stored.options)
      .map(([field, value]) => [field, bytesOf(value)] as const)
      .sort(([, a], [, b]) => b - a);
    const detail =
      `has ${size} of the policy's ${bytes} bytes; ` +
      `without its CA bundle, a policy may have at most ${MAX_POLICY_BYTES}`;
    issues.push({ pointer: pointerTo(['options', largest]), detail });
  }
  if (issues.length > 0) throw unusable(SOURCE.what, issues);
}

/** A policy as a pool's item has it: the CA bundle stands in the stored version alone. */
export function withoutCa(policy: PoolPolicy): PoolPolicy {
  const { ca: _apart, ...options } = policy.options;
  return { ...policyOf(policy), options };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Asserts that a full batch of proxies that all time out fits the time of one checker. */
function requireFit(policy: PoolPolicy, limits: SweepLimits): void {
  const neededMs = batchTimeMs(LARGEST_BATCH_SIZE, policy, limits);
  if (neededMs <= limits.checkerTimeoutMs) return;
  const { timeoutMs, attempts } = policy.options;
  const largest = largestTimeoutMs(LARGEST_BATCH_SIZE, policy, limits);
  const remedy =
    largest >= 1
      ? `with attempts ${attempts}, the largest timeoutMs that fits is ${largest}`
      : `no timeoutMs fits with attempts ${attempts}`;
  const detail =
    `timeoutMs ${timeoutMs} lets a batch take ${Math.ceil(neededMs / 1000)} s of a checker's ` +
    `${limits.checkerTimeoutMs / 1000} s; ${remedy}`;
  throw unusable(SOURCE.what, [{ pointer: '/options/timeoutMs', detail }]);
}
