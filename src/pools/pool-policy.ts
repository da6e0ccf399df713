import * as z from 'zod/mini';
import { type InputIssue, InvalidInputError } from '../errors.ts';
import { parseHealthCheckOptions } from '../health/schema/parse-options.ts';
import { LARGEST_BATCH_SIZE } from '../model/batch-split.ts';
import { batchTimeMs, largestTimeoutMs } from '../model/batch-time.ts';
import { DEFAULT_LEASING, leasingSettingsSchema } from '../model/leasing-settings.ts';
import type { PoolPolicy } from '../model/pool.ts';
import { DEFAULT_SWEEP_LIMITS, type SweepLimits } from '../model/sweep-limits.ts';

const threshold = z._default(z.int().check(z.minimum(1), z.maximum(10)), 1);
const wholeMinutes = z
  .int()
  .check(
    z.minimum(60),
    z.maximum(86_400),
    z.multipleOf(60, { error: 'must be a whole number of minutes' }),
  );

/** The body of `PUT /pools/{pool}`; every field may be left out. */
export const poolPolicySchema = z.strictObject({
  /** Checked by `parseHealthCheckOptions`. */
  options: z.optional(z.unknown()),
  rise: threshold,
  fall: threshold,
  intervalSeconds: z._default(z.nullable(wholeMinutes), null),
  control: z._default(z.boolean(), true),
  leasing: z._default(leasingSettingsSchema, DEFAULT_LEASING),
});

/**
 * Reads a pool's policy and fills in the defaults.
 *
 * @param limits what a batch has to fit; @default the design's
 * @throws {InvalidInputError} naming each bad field, or the largest `timeoutMs` that fits
 */
export function parsePoolPolicy(
  input: unknown = {},
  limits: SweepLimits = DEFAULT_SWEEP_LIMITS,
): PoolPolicy {
  const parsed = poolPolicySchema.safeParse(input);
  const issues: InputIssue[] = (parsed.error?.issues ?? []).map(({ path, message }) => ({
    pointer: path.map((step) => `/${String(step)}`).join(''),
    detail: message,
  }));
  if (!parsed.success) throw refusal(issues);
  const { options, rise, fall, intervalSeconds, control, leasing } = parsed.data;
  const policy = {
    options: parseOptions(options),
    riseFall: { rise, fall },
    intervalSeconds,
    control,
    leasing,
  };
  requireFit(policy, limits);
  return policy;
}

function parseOptions(input: unknown) {
  try {
    return parseHealthCheckOptions(input);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw refusal(
      error.issues.map(({ pointer, detail }) => ({ pointer: `/options${pointer}`, detail })),
    );
  }
}

/** A full batch of proxies that all time out must fit one checker's time. */
function requireFit(policy: PoolPolicy, limits: SweepLimits): void {
  const neededMs = batchTimeMs(LARGEST_BATCH_SIZE, policy, limits);
  if (neededMs <= limits.checkerTimeoutMs) return;
  const { timeoutMs, attempts } = policy.options;
  const largest = largestTimeoutMs(LARGEST_BATCH_SIZE, policy, limits);
  const remedy =
    largest >= 1
      ? `with attempts ${attempts} the largest timeoutMs that fits is ${largest}`
      : `attempts ${attempts} do not fit with any timeoutMs`;
  const detail =
    `timeoutMs ${timeoutMs} lets a batch take ${Math.ceil(neededMs / 1000)} s of a checker's ` +
    `${limits.checkerTimeoutMs / 1000} s; ${remedy}`;
  throw refusal([{ pointer: '/options/timeoutMs', detail }]);
}

function refusal(issues: readonly InputIssue[]): InvalidInputError {
  const sentences = issues.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`);
  return new InvalidInputError(`the pool's policy cannot be used: ${sentences.join('; ')}`, issues);
}
