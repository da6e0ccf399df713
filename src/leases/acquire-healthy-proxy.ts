import * as z from 'zod/mini';
import { type Wait, waitFor } from '../async/wait-for.ts';
import { LeaseEndedError } from '../errors.ts';
import { Blame, describeFailure } from '../health/failure.ts';
import { type HealthCheckResult, isHealthy, Verdict } from '../health/health-check-result.ts';
import type { CheckProxyRequest, HealthChecker } from '../health/health-checker.ts';
import { parseWith, wholeNumber } from '../input.ts';
import { LeaseOutcome } from '../model/proxy-row.ts';
import type { Lease } from './lease.ts';
import { type AcquireRequest, MAX_EXCLUDED } from './lease-request.ts';
import type { ProxyManager } from './proxy-manager.ts';

/** Asks for a proxy that works right now. */
export interface AcquireHealthyRequest extends Omit<AcquireRequest, 'idempotencyKey'> {
  /** The most proxies to lease and probe, 1 to 20. @default 5 */
  readonly maxTries?: number;
  /** How to probe. @default the checker's own options */
  readonly options?: CheckProxyRequest['options'];
  readonly signal?: AbortSignal;
  /** @default the process's timers */
  readonly wait?: Wait;
}

/** A leased proxy that its probe found working. */
export interface HealthyLease {
  readonly lease: Lease;
  readonly result: HealthCheckResult;
}

const triesSchema = z.object({ maxTries: z._default(wholeNumber(1, 20), 5) });

/** Failures that are the proxy's fault, whichever consumer uses it. */
const BLAMED: ReadonlySet<Blame> = new Set([
  Blame.proxy,
  Blame.credentials,
  Blame.quota,
  Blame.interception,
]);

/**
 * Leases a proxy and probes it; tries another one when the probe finds it unhealthy, or slow where
 * the request does not allow slow proxies. Reports what the probe found on release. The returned
 * lease was renewed after its probe; a probe that takes as long as the lease ends with it. Null
 * when there is no proxy, or none of those tried works. Only the last 1,000 excluded proxies are
 * left out, those tried included.
 *
 * @throws {unknown} when `acquireProxy` or the probe throws: the same error
 * @throws {unknown} when the signal is aborted: its reason
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

/** Renews the lease of a proxy that is fit for use; else releases it and returns null. */
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
    // A lease that cannot be released expires by itself; the probe's error matters more.
    await manager.releaseProxy(lease).catch(() => {});
    if (!(error instanceof LeaseEndedError)) throw error;
    return null;
  }
  await manager.releaseProxy(lease, outcome);
  return null;
}

/** @throws {LeaseEndedError} when the lease ends first */
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

/** The outcome to report; undefined when the probe says nothing about the proxy. */
function outcomeOf({ status, failure }: HealthCheckResult): LeaseOutcome | undefined {
  if (status === Verdict.slow) return LeaseOutcome.slow;
  if (status === Verdict.inconclusive || failure === undefined) return undefined;
  return BLAMED.has(describeFailure(failure).blame) ? LeaseOutcome.failed : undefined;
}
