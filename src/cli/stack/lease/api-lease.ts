import type { Wait } from '../../../async/wait-for.ts';
import type { Clock } from '../../../clock.ts';
import { LeaseEndedError } from '../../../errors.ts';
import { HeldLease } from '../../../leases/hold/held-lease.ts';
import { ApiError } from '../client/api-error.ts';
import type { LeaseView } from '../client/api-schemas.ts';
import type { LeaseApi } from './lease-api.ts';

/**
 * The statuses that make a lease impossible to renew: bad request, no such lease, lease ended. Others
 * may pass before it ends (401, 403, 408, 425, 429, 5xx: RFC 9110, section 15; RFC 6585).
 */
const LOST: ReadonlySet<number | null> = new Set([400, 404, 409]);

/** What `holdLease` needs. */
export interface HoldingDependencies {
  readonly leases: LeaseApi;
  readonly clock: Clock;
  readonly wait: Wait;
}

export interface HoldRequest {
  readonly poolName: string;
  /** The body of the request to acquire. */
  readonly wish: unknown;
}

/** A lease as this machine's clock sees it. */
interface OwnLease {
  readonly leaseId: string;
  readonly leaseSeconds: number;
  readonly expiresAt: string;
}

/** A lease of the stack, and what keeps it. */
export interface ApiLease {
  readonly proxyId: string;
  /** With the password. */
  readonly proxyUrl: string;
  readonly holder: HeldLease<OwnLease>;
}

/**
 * Leases a proxy; the holder of the result keeps the lease while the proxy is used.
 *
 * @throws {NoProxyAvailableError} when no proxy that matches is free
 */
export async function holdLease(
  { leases, clock, wait }: HoldingDependencies,
  { poolName, wish }: HoldRequest,
): Promise<ApiLease> {
  // The wall clock is read once: setting it later neither shortens nor lengthens the lease.
  const origin = clock.now() - clock.monotonic();
  const timed = async <T extends LeaseView>(ask: () => Promise<T>) => {
    const startedAt = origin + clock.monotonic();
    const lease = await ask();
    return { lease, own: byOwnClock(lease, startedAt) };
  };
  const renew = async ({ leaseId, leaseSeconds }: OwnLease): Promise<OwnLease> =>
    (await timed(() => lostWhenRefused(leases.renew({ poolName, leaseId }, leaseSeconds)))).own;
  const { lease, own } = await timed(() => leases.acquire(poolName, wish));
  const holder = new HeldLease(own, { clock, wait, renew });
  return { proxyId: lease.proxyId, proxyUrl: lease.proxy, holder };
}

/** Turns a refusal that is final into a `LeaseEndedError`; others may pass. */
async function lostWhenRefused<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const isFinal = error instanceof ApiError && LOST.has(error.status);
    throw isFinal ? new LeaseEndedError(error.message) : error;
  }
}

/** Counts the lease from before the request: clocks differ, and the answer takes time. */
function byOwnClock({ leaseId, leaseSeconds }: LeaseView, startedAt: number): OwnLease {
  const expiresAt = new Date(startedAt + leaseSeconds * 1000).toISOString();
  return { leaseId, leaseSeconds, expiresAt };
}
