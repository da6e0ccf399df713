/** HTTP methods the API uses. */
export type RouteMethod = 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';

/** `METHOD /path`, as API Gateway writes a route. */
export type RouteKey = `${RouteMethod} /${string}`;

/**
 * Every route of the API. The function routes by this list and the stack declares exactly these,
 * so that neither knows a route that the other does not.
 */
export const ROUTE_KEYS = [
  'GET /pools',
  'GET /pools/{pool}',
  'PUT /pools/{pool}',
  'DELETE /pools/{pool}',
  'GET /pools/{pool}/proxies',
  'POST /pools/{pool}/proxies',
  'GET /pools/{pool}/proxies/{id}',
  'PATCH /pools/{pool}/proxies/{id}',
  'DELETE /pools/{pool}/proxies/{id}',
  'GET /pools/{pool}/proxies/{id}/results',
  'POST /pools/{pool}/leases',
  'PATCH /pools/{pool}/leases/{leaseId}',
  'DELETE /pools/{pool}/leases/{leaseId}',
  'POST /sweeps',
  'GET /sweeps/{id}',
  'GET /sweeps/{id}/results',
  'POST /redrive',
] as const satisfies readonly RouteKey[];
export type KnownRouteKey = (typeof ROUTE_KEYS)[number];

/** The method and the path of a route. */
export function splitRouteKey(routeKey: RouteKey): { method: RouteMethod; path: string } {
  const space = routeKey.indexOf(' ');
  return { method: routeKey.slice(0, space) as RouteMethod, path: routeKey.slice(space + 1) };
}
