import { IncompatibleError, type InputIssue } from '../errors.ts';
import { parseHealthCheckOptions } from '../health/schema/parse-options.ts';
import { parseWith, pointerTo, unusable } from '../input.ts';
import { LARGEST_BATCH_SIZE } from '../model/batch-split.ts';
import { batchTimeMs, largestTimeoutMs } from '../model/batch-time.ts';
import { type Pool, type PoolPolicy, policyOf } from '../model/pool.ts';
import { policySchemaWithin } from '../model/stored-policy.ts';
import { DEFAULT_SWEEP_LIMITS, type SweepLimits } from '../model/sweep-limits.ts';

const SOURCE = { what: "the pool's policy" };

/**
 * Parses a pool's policy and fills in the defaults.
 *
 * @param limits the time a batch must fit and the checkers' window; @default `DEFAULT_SWEEP_LIMITS`
 * @throws {InvalidInputError} when a field is invalid, which it names, or when `timeoutMs` is too
 * large for a batch, with the largest one that fits
 */
export function parsePoolPolicy(
  input: unknown = {},
  limits: SweepLimits = DEFAULT_SWEEP_LIMITS,
): PoolPolicy {
  const schema = policySchemaWithin(limits.maxInFlight);
  const { options, rise, fall, ...rest } = parseWith(schema, input, SOURCE);
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

/**
 * Asserts that this version can sweep with a stored policy. If it cannot, a sweep would find every
 * proxy wanting by rules that nobody has set.
 *
 * @throws {IncompatibleError} when another version has stored what this one cannot use; it points
 * to each such field
 */
export function requireUsable({
  poolName,
  unusable: issues = [],
}: Pick<Pool, 'poolName' | 'unusable'>): void {
  if (issues.length === 0) return;
  const sentences = issues.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`).join('; ');
  throw new IncompatibleError(
    `the policy of pool "${poolName}" was stored by another version, and this one cannot sweep ` +
      `with it: ${sentences}; set the policy again, or deploy the version that stored it`,
    issues,
  );
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
