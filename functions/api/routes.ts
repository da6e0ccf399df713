import type { ApiDependencies } from './api-dependencies.ts';
import { importList } from './import-route.ts';
import { deleteLease, patchLease, postLease } from './lease-routes.ts';
import { deletePool, getPool, listPools, putPool } from './pool-routes.ts';
import { deleteProxy, patchProxy } from './proxy-edit-routes.ts';
import { getProxies, getProxy, getProxyHistory } from './proxy-routes.ts';
import { postRedrive } from './redrive-route.ts';
import type { ApiReply } from './reply.ts';
import type { ApiRequest } from './request.ts';
import type { KnownRouteKey } from './route-keys.ts';
import { postSweep } from './start-sweep-route.ts';
import { getSweep, getSweepResults } from './sweep-report-routes.ts';

/** Answers one route. */
export type RouteHandler = (
  dependencies: ApiDependencies,
  request: ApiRequest,
) => Promise<ApiReply>;

/** What answers each route. */
export const ROUTES: Readonly<Record<KnownRouteKey, RouteHandler>> = {
  'GET /pools': listPools,
  'GET /pools/{pool}': getPool,
  'PUT /pools/{pool}': putPool,
  'DELETE /pools/{pool}': deletePool,
  'GET /pools/{pool}/proxies': getProxies,
  'POST /pools/{pool}/proxies': importList,
  'GET /pools/{pool}/proxies/{id}': getProxy,
  'PATCH /pools/{pool}/proxies/{id}': patchProxy,
  'DELETE /pools/{pool}/proxies/{id}': deleteProxy,
  'GET /pools/{pool}/proxies/{id}/results': getProxyHistory,
  'POST /pools/{pool}/leases': postLease,
  'PATCH /pools/{pool}/leases/{leaseId}': patchLease,
  'DELETE /pools/{pool}/leases/{leaseId}': deleteLease,
  'POST /sweeps': postSweep,
  'GET /sweeps/{id}': getSweep,
  'GET /sweeps/{id}/results': getSweepResults,
  'POST /redrive': postRedrive,
};
