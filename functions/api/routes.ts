import type { RouteHandler } from './api-dependencies.ts';
import type { KnownRouteKey } from './route-keys.ts';
import { importList } from './routes/import-route.ts';
import { deleteLease, patchLease, postLease } from './routes/lease-routes.ts';
import { deletePool, getPool, listPools, putPool } from './routes/pool-routes.ts';
import {
  deleteProxy,
  getProxies,
  getProxy,
  getProxyHistory,
  patchProxy,
} from './routes/proxy-routes.ts';
import { getSweep, getSweepResults, postRedrive, postSweep } from './routes/sweep-routes.ts';

/** The handler of each route. */
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
