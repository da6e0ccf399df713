import * as z from 'zod/mini';
import type { Wait } from '../async/wait-for.ts';
import { waitFor } from '../async/wait-for.ts';
import { LeaseEndedError } from '../errors.ts';
import { Blame, describeFailure } from '../health/failure.ts';
import { type HealthCheckResult, isHealthy, Verdict } from '../health/health-check-result.ts';
import type { CheckProxyRequest, HealthChecker } from '../health/health-checker.ts';
import { parseWith, wholeNumber } from '../input.ts';
import { LeaseOutcome } from '../model/proxy-row.ts';
import type { Lease } from './lease.ts';
import { type AcquireRequest, MAX_EXCLUDED } from './lease-request.ts';
import type { ProxyManager } from './proxy-manager.ts';

/** A proxy is wanted that works right now. */
export interface AcquireHealthyRequest extends Omit<AcquireRequest, 'idempotencyKey'> {
  /** Proxies leased and probed at most, 1 to 20. @default 5 */
  readonly maxTries?: number;
  /** What is probed for. @default the checker's */
  readonly options?: CheckProxyRequest['options'];
  readonly signal?: AbortSignal;
  /** @default timers of the process */
  readonly wait?: Wait;
}

/** A proxy that was leased, then probed, and works. */
export interface HealthyLease {
  readonly lease: Lease;
  readonly result: HealthCheckResult;
}

const triesSchema = z.object({ maxTries: z._default(wholeNumber(1, 20), 5) });

/** Failures that are the proxy's, whoever uses it. */
const BLAMED: ReadonlySet<Blame> = new Set([
  Blame.proxy,
  Blame.credentials,
  Blame.quota,
  Blame.interception,
]);

/**
 * Leases a proxy, probes it, and goes on to another one when the probe finds it unhealthy, or slow
 * where slow ones are not wanted. What the probe found is reported on release. The lease that is
 * returned was renewed after its probe; a probe that takes as long as the lease ends with it. Null
 * when there is no proxy, or none of those tried works. Of more than 1,000 proxies that are not
 * wanted, those tried included, the last 1,000 are left out.
 *
 * @throws what `acquireProxy` throws; the reason of the signal, once it is aborted
 */
export async function acquireHealthyProxy(
  manager: ProxyManager,
  checker: Pick<HealthChecker, 'checkProxy'>,
  { maxTries, options, signal, wait = waitFor, ...request }: AcquireHealthyRequest,
): Promise<HealthyLease | null> {
  const tries = parseWith(triesSchema, { maxTries }, { what: 'the lease request' }).maxTries;
  let { excludedProxyIds = [] } = request;
  const probe = { manager, checker, options, signal, wait };
  for (let tried = 0; tried < tries; tried++) {
    const wanted = { ...request, excludedProxyIds };
    const lease = await manager.acquireProxy(wanted, signal ? { signal } : {});
    if (!lease) return null;
    const healthy = await probeLeased({ ...probe, lease }, request.allowSlow);
    if (healthy) return healthy;
    excludedProxyIds = [...excludedProxyIds, lease.proxy.id].slice(-MAX_EXCLUDED);
  }
  return null;
}

interface LeasedProbe {
  readonly manager: ProxyManager;
  readonly checker: Pick<HealthChecker, 'checkProxy'>;
  readonly lease: Lease;
  readonly options: CheckProxyRequest['options'];
  readonly signal: AbortSignal | undefined;
  readonly wait: Wait;
}

/** Null, and the lease released, when the proxy is not fit for use. */
async function probeLeased(leased: LeasedProbe, allowSlow = false): Promise<HealthyLease | null> {
  const { manager, lease } = leased;
  let outcome: LeaseOutcome | undefined;
  try {
    const result = await probeInTime(leased);
    if (isHealthy(result) && (allowSlow || result.status !== Verdict.slow)) {
      return { lease: await manager.renewLease(lease), result };
    }
    outcome = outcomeOf(result);
  } catch (error) {
    // What cannot be released ends at its time; why the probe failed is worth more.
    await manager.releaseProxy(lease).catch(() => {});
    if (!(error instanceof LeaseEndedError)) throw error;
    return null;
  }
  await manager.releaseProxy(lease, outcome);
  return null;
}

/** @throws {LeaseEndedError} once the lease is over */
async function probeInTime({
  checker,
  lease,
  options,
  signal,
  wait,
}: LeasedProbe): Promise<HealthCheckResult> {
  const done = new AbortController();
  const late = new AbortController();
  wait(lease.leaseSeconds * 1000, done.signal).then(() =>
    late.abort(new LeaseEndedError('the lease ended before its proxy was probed')),
  );
  try {
    return await checker.checkProxy(lease.proxy, {
      ...(options && { options }),
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    });
  } finally {
    done.abort();
  }
}

/** What a probe says to the next user; undefined when it says nothing about the proxy. */
function outcomeOf({ status, failure }: HealthCheckResult): LeaseOutcome | undefined {
  if (status === Verdict.slow) return LeaseOutcome.slow;
  if (status === Verdict.inconclusive || failure === undefined) return undefined;
  return BLAMED.has(describeFailure(failure).blame) ? LeaseOutcome.failed : undefined;
}
