import * as z from 'zod/mini';
import { LeaseEndedError } from '../errors.ts';
import { Blame, describeFailure } from '../health/failure.ts';
import { type HealthCheckResult, isHealthy, Verdict } from '../health/health-check-result.ts';
import type { CheckProxyRequest, HealthChecker } from '../health/health-checker.ts';
import type { Lease } from './lease.ts';
import { LeaseOutcome } from './lease-outcome.ts';
import type { AcquireRequest } from './lease-request.ts';
import type { ProxyManager } from './proxy-manager.ts';
import { parseWith, wholeNumber } from './schema-parts.ts';

/** A proxy is wanted that works right now. */
export interface AcquireHealthyRequest extends Omit<AcquireRequest, 'idempotencyKey'> {
  /** Proxies leased and probed at most, 1 to 20. @default 5 */
  readonly maxTries?: number;
  /** What is probed for. @default the checker's */
  readonly options?: CheckProxyRequest['options'];
  readonly signal?: AbortSignal;
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
 * returned was renewed after its probe. Null when there is no proxy, or none of those tried works.
 *
 * @throws what `acquireProxy` throws; the reason of the signal, once it is aborted
 */
export async function acquireHealthyProxy(
  manager: ProxyManager,
  checker: Pick<HealthChecker, 'checkProxy'>,
  { maxTries, options, signal, ...request }: AcquireHealthyRequest,
): Promise<HealthyLease | null> {
  const tries = parseWith(triesSchema, { maxTries }, 'The lease request').maxTries;
  const excludedProxyIds = [...(request.excludedProxyIds ?? [])];
  const check = { ...(options && { options }), ...(signal && { signal }) };
  for (let tried = 0; tried < tries; tried++) {
    const wanted = { ...request, excludedProxyIds };
    const lease = await manager.acquireProxy(wanted, signal ? { signal } : {});
    if (!lease) return null;
    const healthy = await probeLeased({ manager, checker, lease, check }, request.allowSlow);
    if (healthy) return healthy;
    excludedProxyIds.push(lease.proxy.id);
  }
  return null;
}

interface LeasedProbe {
  readonly manager: ProxyManager;
  readonly checker: Pick<HealthChecker, 'checkProxy'>;
  readonly lease: Lease;
  readonly check: CheckProxyRequest;
}

/** Null, and the lease released, when the proxy is not fit for use. */
async function probeLeased(
  { manager, checker, lease, check }: LeasedProbe,
  allowSlow = false,
): Promise<HealthyLease | null> {
  let outcome: LeaseOutcome | undefined;
  try {
    const result = await checker.checkProxy(lease.proxy, check);
    if (isHealthy(result) && (allowSlow || result.status !== Verdict.slow)) {
      return { lease: await manager.renewLease(lease), result };
    }
    outcome = outcomeOf(result);
  } catch (error) {
    await manager.releaseProxy(lease);
    if (!(error instanceof LeaseEndedError)) throw error;
    return null;
  }
  await manager.releaseProxy(lease, outcome);
  return null;
}

/** What a probe says to the next user; undefined when it says nothing about the proxy. */
function outcomeOf({ status, failure }: HealthCheckResult): LeaseOutcome | undefined {
  if (status === Verdict.slow) return LeaseOutcome.slow;
  if (status === Verdict.inconclusive || failure === undefined) return undefined;
  return BLAMED.has(describeFailure(failure).blame) ? LeaseOutcome.failed : undefined;
}
