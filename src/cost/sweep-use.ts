import { chooseBitCount, SIZE_SAMPLE } from '../model/batch-split.ts';
import { DEFAULT_SWEEP_LIMITS } from '../model/sweep-limits.ts';
import { CHECKER_MEMORY_MB, playInvocation, RECORDS_PER_INVOCATION } from './checker-time.ts';
import type { CheckerScenario, Quantities } from './quantities.ts';

/** A fleet, and how often and how it is checked. */
export interface FleetPlan extends CheckerScenario {
  readonly proxies: number;
  /** Time between sweeps, seconds. */
  readonly everySeconds: number;
  /** The share of checks that change a proxy's status, 0 to 1. */
  readonly changes: number;
}

/** What one sweep takes. */
export interface SweepUse {
  readonly batches: number;
  readonly writeUnits: number;
  readonly indexUnits: number;
  readonly readUnits: number;
  readonly events: number;
  readonly sqsRequests: number;
  readonly logBytes: number;
  readonly invocations: number;
  /** GB-seconds of the checker, and of the fan-out that starts it. */
  readonly checkerGbSeconds: number;
  readonly fanOutGbSeconds: number;
}

/** Both functions of a sweep have as much, GB. */
export const MEMORY_GB = CHECKER_MEMORY_MB / 1024;
/** START, END and REPORT, and what CloudWatch adds to each event; bytes. */
export const LAMBDA_LINES_BYTES = 350;
/** Batches of one SendMessageBatch (`functions/batch-sender.ts`). */
const BATCHES_PER_SEND = 10;
/**
 * What receiving a message and deleting it cost at most, requests: Lambda receives and deletes
 * several at once where there are several.
 */
const REQUESTS_PER_MESSAGE = 2;
/** A batch given back is noted, made visible again and received once more. */
const WRITES_PER_DEFERRAL = 1;
const REQUESTS_PER_DEFERRAL = 2;
/** An environment that nobody has used for so long may be gone, seconds; AWS publishes no figure. */
const COLD_AFTER_SECONDS = 300;

/** Adds up what one steady sweep of a fleet takes. */
export function useOfSweep(plan: FleetPlan, quantities: Quantities): SweepUse {
  const { proxies, changes } = plan;
  const { perCheck, perSampledRow, perBatch, perSweep, perStatusChange } = quantities;
  const batches = 2 ** chooseBitCount(proxies);
  const changed = changes * proxies;
  const checker = useOfChecker(plan, batches, quantities);
  const { invocations, deferrals } = checker;
  const per = (name: 'writeUnits' | 'indexUnits' | 'readUnits' | 'events') =>
    perSweep[name] + perBatch[name] * batches + perStatusChange[name] * changed;
  const sampled = Math.min(proxies, SIZE_SAMPLE);
  const sends = perSweep.sqsRequests * Math.ceil(batches / BATCHES_PER_SEND);
  return {
    batches,
    writeUnits: perCheck.writeUnits * proxies + per('writeUnits') + WRITES_PER_DEFERRAL * deferrals,
    indexUnits: per('indexUnits'),
    readUnits:
      perCheck.readUnits * (proxies + deferrals * (proxies / batches)) +
      perSampledRow.readUnits * sampled +
      per('readUnits'),
    events: per('events'),
    sqsRequests: sends + REQUESTS_PER_MESSAGE * batches + REQUESTS_PER_DEFERRAL * deferrals,
    logBytes:
      perSweep.logBytes +
      perBatch.logBytes * batches +
      (quantities.perInvocation.logBytes + LAMBDA_LINES_BYTES) * invocations,
    invocations,
    checkerGbSeconds: checker.gbSeconds,
    fanOutGbSeconds: (quantities.fanOut.startMs / 1000) * MEMORY_GB,
  };
}

/** What the checker takes, if Lambda hands it as many batches at once as it may. */
function useOfChecker(plan: FleetPlan, batches: number, { checker }: Quantities) {
  const load = {
    batches: Math.min(batches, RECORDS_PER_INVOCATION),
    rowsPerBatch: Math.max(1, Math.round(plan.proxies / batches)),
  };
  const { billedMs, checked } = playInvocation(plan, load, checker);
  const invocations = batches / checked;
  const isCold = plan.everySeconds > COLD_AFTER_SECONDS;
  const starts = isCold ? Math.min(invocations, DEFAULT_SWEEP_LIMITS.concurrency) : 0;
  return {
    invocations,
    deferrals: invocations * (load.batches - checked),
    gbSeconds: ((invocations * billedMs + starts * checker.initMs) / 1000) * MEMORY_GB,
  };
}
