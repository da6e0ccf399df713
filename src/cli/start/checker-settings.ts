import { InvalidInputError } from '../../errors.ts';
import type { HealthCheckOptions } from '../../health/health-check-options.ts';
import { LARGEST_BATCH_SIZE } from '../../model/batch-split.ts';
import { batchTimeMs } from '../../model/batch-time.ts';
import { DEFAULT_SWEEP_LIMITS, MAX_ROWS_PER_BATCH } from '../../model/sweep-limits.ts';
import type { CheckFlags } from '../check/check-flags.ts';

/** Every flag of `npm start`. */
export interface StartFlags extends CheckFlags {
  readonly once?: string;
  readonly port?: number;
  readonly verbose?: true;
}

/** The longest timeout of a Lambda function ("Lambda quotas"), seconds. */
const LONGEST_TIMEOUT_SECONDS = 900;
/** The most probes in flight that leave room among Lambda's 1,024 file descriptors. */
const MOST_IN_FLIGHT = 800;
/** Function timeouts in one visibility timeout, as Lambda asks ("Using Lambda with Amazon SQS"). */
const VISIBILITY_PER_TIMEOUT = 6;
/** The attempt that the stack's own validation assumes, whatever the options. */
const DEFAULT_ATTEMPT = { attempts: 1, timeoutMs: 5_000 };

/** The most probes that each checker of the stack has in flight. */
export function inFlightOf({ concurrency }: Pick<CheckFlags, 'concurrency'>): number {
  return Math.min(concurrency, MOST_IN_FLIGHT);
}

/**
 * The stack's settings for one list: `--concurrency` probes per checker, and a checker timeout that
 * fits its longest batch with the probe timeout and attempts asked for.
 *
 * @throws {InvalidInputError} when no checker could finish in time
 */
export function settingsFor(
  flags: Pick<CheckFlags, 'concurrency' | 'maxInFlightPerHost' | 'control'>,
  options: HealthCheckOptions,
): Readonly<Record<string, unknown>> {
  const { control } = flags;
  const maxInFlight = inFlightOf(flags);
  const seconds = (rows: number, inFlight: number, probe: Partial<HealthCheckOptions>): number => {
    const limits = { ...DEFAULT_SWEEP_LIMITS, maxInFlight: inFlight };
    return Math.ceil(
      batchTimeMs(rows, { options: { ...options, ...probe }, control }, limits) / 1000,
    );
  };
  const needed = Math.max(
    DEFAULT_SWEEP_LIMITS.checkerTimeoutMs / 1000,
    seconds(LARGEST_BATCH_SIZE, maxInFlight, {}),
    seconds(MAX_ROWS_PER_BATCH, maxInFlight, DEFAULT_ATTEMPT) + DEFAULT_ATTEMPT.timeoutMs / 1000,
  );
  if (needed > LONGEST_TIMEOUT_SECONDS) throw tooSlow(maxInFlight, options, needed);
  // A batch whose proxies all share one host takes longer still; it gets as much time as there is.
  const perHost = Math.min(flags.maxInFlightPerHost, maxInFlight);
  const oneHost = seconds(LARGEST_BATCH_SIZE, perHost, {});
  const timeoutSeconds = Math.min(LONGEST_TIMEOUT_SECONDS, Math.max(needed, oneHost));
  return {
    lighthouse: {
      checker: { maxInFlight, timeoutSeconds },
      queue: { visibilityTimeoutSeconds: VISIBILITY_PER_TIMEOUT * timeoutSeconds },
    },
  };
}

function tooSlow(
  maxInFlight: number,
  { timeoutMs, attempts }: HealthCheckOptions,
  neededSeconds: number,
): InvalidInputError {
  return new InvalidInputError(
    `with --concurrency ${maxInFlight}, --timeout-ms ${timeoutMs} and --attempts ${attempts} a` +
      ` batch could take ${neededSeconds} s, and a checker has at most` +
      ` ${LONGEST_TIMEOUT_SECONDS} s; raise the concurrency or lower the others`,
  );
}
