import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { batchTimeMs } from '../src/model/batch-time.ts';
import {
  checkerMemoryMb,
  DEFAULT_SWEEP_LIMITS,
  MAX_ROWS_PER_BATCH,
  type SweepLimits,
} from '../src/model/sweep-limits.ts';
import { parsePoolPolicy } from '../src/pools/pool-policy.ts';
import { backstopReceives } from './batch-queue.ts';
import type { LighthouseSettings } from './settings-types.ts';

/** Lambda recommends this many times the function's timeout ("Using Lambda with Amazon SQS"). */
const VISIBILITY_PER_TIMEOUT = 6;
/** An HTTP API gives up on an integration after 30 s ("Quotas for HTTP APIs"). */
const MAX_API_TIMEOUT_SECONDS = 29;

type Check = (settings: LighthouseSettings) => string | null;

const visibilityCoversRetries: Check = ({ checker, queue }) => {
  const least = VISIBILITY_PER_TIMEOUT * checker.timeoutSeconds;
  return queue.visibilityTimeoutSeconds < least
    ? `queue.visibilityTimeoutSeconds is ${queue.visibilityTimeoutSeconds} but must be at least ` +
        `${least}, ${VISIBILITY_PER_TIMEOUT} times checker.timeoutSeconds ` +
        `(${checker.timeoutSeconds}): a message that becomes visible while its batch is still ` +
        'being probed is probed twice'
    : null;
};

const batchFitsChecker: Check = (settings) => {
  const { timeoutSeconds, maxInFlight } = settings.checker;
  const policy = parsePoolPolicy({}, { ...DEFAULT_SWEEP_LIMITS, checkerTimeoutMs: Infinity });
  const neededMs = batchTimeMs(MAX_ROWS_PER_BATCH, policy, limitsOf(settings));
  const needed = Math.ceil(neededMs / 1000);
  return needed > timeoutSeconds
    ? `checker.timeoutSeconds is ${timeoutSeconds} but the longest batch takes ${needed} ` +
        `(${MAX_ROWS_PER_BATCH} dead proxies, ${maxInFlight} in flight, ` +
        `${policy.options.timeoutMs / 1000} s each): raise it, or checker.maxInFlight`
    : null;
};

const memoryHoldsProbes: Check = ({ checker }) => {
  const needed = checkerMemoryMb(checker.maxInFlight);
  return needed > checker.memoryMb
    ? `checker.memoryMb is ${checker.memoryMb} but ${checker.maxInFlight} probes in flight need ` +
        `${needed}: raise it, or lower checker.maxInFlight`
    : null;
};

const apiAnswersInTime: Check = ({ api }) =>
  api.timeoutSeconds > MAX_API_TIMEOUT_SECONDS
    ? `api.timeoutSeconds is ${api.timeoutSeconds} but an HTTP API stops waiting after 30: set at ` +
      `most ${MAX_API_TIMEOUT_SECONDS} so that the function's own answer arrives`
    : null;

const retriesBeforeDlq: Check = ({ queue }) =>
  queue.maxReceives < 5
    ? `queue.maxReceives is ${queue.maxReceives} but must be at least 5: an event source with a ` +
      'maximum concurrency may put back messages it could not start, and each counts as a receive'
    : null;

const deadLettersOutlive: Check = ({ queue }) =>
  queue.dlqRetentionDays * 86_400 <= queue.visibilityTimeoutSeconds * backstopReceives(queue)
    ? `queue.dlqRetentionDays is ${queue.dlqRetentionDays}, which ${backstopReceives(queue)} receives of ` +
      'a message can outlast: SQS counts its age from when it was first sent, so it would vanish on ' +
      'arrival in the dead-letter queue'
    : null;

const burstCoversRate: Check = ({ api }) =>
  api.burstRequests < api.requestsPerSecond
    ? `api.burstRequests is ${api.burstRequests}, below api.requestsPerSecond ` +
      `(${api.requestsPerSecond}): the rate could never be reached`
    : null;

const retentionExists: Check = ({ logRetentionDays }) =>
  RetentionDays[logRetentionDays] === undefined
    ? `logRetentionDays is ${logRetentionDays}, which CloudWatch Logs does not offer: use one of ` +
      `${offeredRetentionDays().join(', ')}`
    : null;

const protectionMeansRetain: Check = ({ dataRemoval, deletionProtection }) =>
  dataRemoval === 'destroy' && deletionProtection
    ? 'dataRemoval is "destroy" but deletionProtection is on: deleting the stack would fail'
    : null;

const CHECKS: readonly Check[] = [
  visibilityCoversRetries,
  batchFitsChecker,
  memoryHoldsProbes,
  apiAnswersInTime,
  retriesBeforeDlq,
  deadLettersOutlive,
  burstCoversRate,
  retentionExists,
  protectionMeansRetain,
];

/** One sentence for each set of settings that cannot work together; empty when all is well. */
export function checkSettings(settings: LighthouseSettings): readonly string[] {
  return CHECKS.map((check) => check(settings)).filter((sentence) => sentence !== null);
}

function limitsOf({ checker, queue }: LighthouseSettings): SweepLimits {
  return {
    ...DEFAULT_SWEEP_LIMITS,
    checkerTimeoutMs: checker.timeoutSeconds * 1000,
    visibilityTimeoutMs: queue.visibilityTimeoutSeconds * 1000,
    concurrency: checker.maxConcurrency,
    maxInFlight: checker.maxInFlight,
    maxInFlightPerHost: checker.maxInFlightPerHost,
  };
}

function offeredRetentionDays(): number[] {
  return Object.values(RetentionDays).filter(
    (days): days is RetentionDays => typeof days === 'number' && days < 9999,
  );
}
