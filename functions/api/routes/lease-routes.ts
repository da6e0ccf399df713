import { LeaseEndedError } from '../../../src/errors.ts';
import { unusable } from '../../../src/input.ts';
import { formatLeasedUrl, type Lease } from '../../../src/leases/lease.ts';
import { parsePoolName } from '../../../src/model/pool.ts';
import { requirePool } from '../../../src/pools/require-pool.ts';
import { schemesWith } from '../../../src/proxies/list/schemes.ts';
import { addCount } from '../../telemetry.ts';
import type { ApiDependencies, RouteHandler } from '../api-dependencies.ts';
import { noProxyAvailable } from '../reply/problem.ts';
import { jsonReply } from '../reply/reply.ts';
import { readIdempotencyKey } from '../request/idempotency-key.ts';
import { parseJsonBody, readBody } from '../request/json-body.ts';
import {
  type AcquireBody,
  acquireSchema,
  leaseKeySchema,
  releaseQuerySchema,
  renewSchema,
} from '../request/lease-schemas.ts';
import { unknownLeaseAs404 } from '../request/proxy-address.ts';
import { noQuerySchema, parseQuery } from '../request/query-schemas.ts';
import type { ApiRequest } from '../request/request.ts';

/** A stored answer would keep a password, or the id that ends a lease (RFC 9111, 5.2.2.5). */
const NO_STORE = { 'cache-control': 'no-store' };

/**
 * `POST /pools/{pool}/leases`: leases a proxy. The answer has the URL with its password. An
 * `idempotency-key` header makes repetitions answer with the same lease.
 */
export const postLease: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const { consumer, ...wish } = readBody(acquireSchema, parseJsonBody(request.body));
  refuseUnknownProtocol(dependencies, wish);
  const key = readIdempotencyKey(request, leaseKeySchema);
  const poolName = await poolNameOf(dependencies, request);
  const { proxyManager } = dependencies;
  const wanted = { ...wish, ...key, poolName, consumerName: consumer };
  const lease = await proxyManager.acquireProxy(wanted);
  count(dependencies, lease ? 'LeasesAcquired' : 'LeasesUnavailable');
  if (!lease) throw noProxyAvailable(poolName, wish);
  const { leaseId, ...rest } = viewLease(lease);
  return jsonReply(
    201,
    { leaseId, proxy: formatLeasedUrl(lease), ...rest },
    { ...NO_STORE, location: `${request.path}/${encodeURIComponent(leaseId)}` },
  );
};

/** `PATCH /pools/{pool}/leases/{leaseId}`: makes a lease end later. The body may be left out. */
export const patchLease: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const body = request.body.length === 0 ? {} : parseJsonBody(request.body);
  const { leaseSeconds } = readBody(renewSchema, body);
  const reference = await referenceOf(dependencies, request);
  const renewal = { ...(leaseSeconds !== undefined && { leaseSeconds }) };
  const lease = await unknownLeaseAs404(reference, () =>
    dependencies.proxyManager.renewLease(reference, renewal),
  );
  count(dependencies, 'LeasesRenewed');
  return jsonReply(200, viewLease(lease), NO_STORE);
};

/** `DELETE /pools/{pool}/leases/{leaseId}`: ends a lease and notes how the use went. */
export const deleteLease: RouteHandler = async (dependencies, request) => {
  const { outcome, host } = parseQuery(releaseQuerySchema, request);
  const reference = await referenceOf(dependencies, request);
  const report = outcome && { outcome, ...(host !== undefined && { targetHost: host }) };
  const released = await unknownLeaseAs404(reference, () =>
    dependencies.proxyManager.releaseProxy(reference, report),
  );
  if (!released) {
    throw new LeaseEndedError(
      `the lease in pool "${reference.poolName}" is over or already released; nothing was noted`,
    );
  }
  count(dependencies, 'LeasesReleased');
  return { statusCode: 204 };
};

/** Refuses a protocol that no proxy can have: a caller would wait for one for ever. */
function refuseUnknownProtocol(
  { extraProtocols }: ApiDependencies,
  { filters }: Pick<AcquireBody, 'filters'>,
): void {
  const protocol = filters.protocol?.toLowerCase();
  if (protocol === undefined) return;
  const schemes = [...schemesWith(extraProtocols).values()];
  const known = new Set(schemes.map((scheme) => scheme.protocol));
  if (known.has(protocol)) return;
  const detail = `must be one of ${[...known].join(', ')}`;
  throw unusable('the body', [{ pointer: '/filters/protocol', detail }]);
}

/** Leaves the URL out: a renewal does not need the password. */
function viewLease(lease: Lease) {
  const { leaseId, poolName, consumerName, proxy, acquiredAt, expiresAt, leaseSeconds } = lease;
  return {
    leaseId,
    pool: poolName,
    consumer: consumerName,
    proxyId: proxy.id,
    protocol: proxy.protocol,
    acquiredAt,
    expiresAt,
    leaseSeconds,
  };
}

async function referenceOf(dependencies: ApiDependencies, request: ApiRequest) {
  const poolName = await poolNameOf(dependencies, request);
  return { poolName, leaseId: request.params.leaseId ?? '' };
}

/** Reads the pool anew: the manager remembers pools for a while, but an answer is true now. */
async function poolNameOf({ storage }: ApiDependencies, { params }: ApiRequest): Promise<string> {
  return (await requirePool(storage, parsePoolName(params.pool ?? ''))).poolName;
}

function count({ telemetry: { metrics } }: ApiDependencies, name: string): void {
  addCount(metrics, name, 1);
}
