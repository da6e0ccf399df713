import { LeaseEndedError, NoProxyAvailableError } from '../../../errors.ts';
import type { LeaseOutcome } from '../../../model/proxy-row.ts';
import { pathOf } from '../../../path-segments.ts';
import type { ApiClient } from '../client/api-client.ts';
import { ApiError } from '../client/api-error.ts';
import {
  type AcquiredLease,
  acquiredLeaseSchema,
  type LeaseView,
  leaseViewSchema,
} from '../client/api-schemas.ts';

/** Names one lease of one pool. */
export interface LeaseName {
  readonly poolName: string;
  readonly leaseId: string;
}

/** How the use of a proxy went. */
export interface LeaseReport {
  readonly outcome?: LeaseOutcome | undefined;
  readonly host?: string | undefined;
}

interface ReleaseOptions extends LeaseReport {
  /** Gives up the release. */
  readonly signal?: AbortSignal | undefined;
}

/** The routes of the API that lease proxies. */
export class LeaseApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** @throws {NoProxyAvailableError} when no proxy that matches is free */
  async acquire(
    poolName: string,
    wish: unknown,
    idempotencyKey?: string | undefined,
  ): Promise<AcquiredLease> {
    const headers = { ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }) };
    const path = pathOf`/pools/${poolName}/leases`;
    const request = { method: 'POST', path, json: wish, headers } as const;
    return translated(this.#client.ask(request, acquiredLeaseSchema));
  }

  /** @throws {LeaseEndedError} when the lease is over */
  async renew(lease: LeaseName, leaseSeconds?: number | undefined): Promise<LeaseView> {
    const request = { method: 'PATCH', path: leasePath(lease), json: { leaseSeconds } } as const;
    return translated(this.#client.ask(request, leaseViewSchema));
  }

  /** @throws {LeaseEndedError} when the lease is over; the report is not recorded then */
  async release(lease: LeaseName, options: ReleaseOptions = {}): Promise<void> {
    const { outcome, host, signal } = options;
    const query = { outcome, host };
    const request = { method: 'DELETE', path: leasePath(lease), query, signal } as const;
    await translated(this.#client.send(request));
  }
}

/** Turns the API's errors into their own classes where they have one. */
async function translated<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { code, message } = error;
    if (code === 'no_proxy_available') throw new NoProxyAvailableError(message);
    if (code === 'lease_ended') throw new LeaseEndedError(message);
    throw error;
  }
}

function leasePath({ poolName, leaseId }: LeaseName): string {
  return pathOf`/pools/${poolName}/leases/${leaseId}`;
}
