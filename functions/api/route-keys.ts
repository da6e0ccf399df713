import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { hasDotSegment } from '../../src/path-segments.ts';
import { HttpProblem } from './reply/problem.ts';

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

/**
 * Refuses a request that no route answers. The message does not repeat the path, which may have a
 * lease id.
 *
 * @throws {HttpProblem} 405 when the path is known, naming its methods; otherwise 404
 */
export function refuseUnknownRoute({ method, path }: { method: string; path: string }): never {
  const routes = ROUTE_KEYS.map(splitRouteKey).filter((route) =>
    pathPattern(route.path).test(path),
  );
  const [route] = routes;
  if (route !== undefined) {
    const allow = routes.map((each) => each.method).join(', ');
    const detail = `${route.path} answers ${allow}, not ${method}`;
    throw new HttpProblem('method_not_allowed', detail, { status: 405, headers: { allow } });
  }
  throw noSuchRoute(method);
}

/**
 * Refuses a path with `.` or `..` as a segment, raw or encoded: something on the way may read it as
 * another route.
 *
 * @throws {HttpProblem} 404
 */
export function refuseDotSegments(event: APIGatewayProxyEventV2): void {
  const { method, path } = event.requestContext.http;
  const parts = [path, event.rawPath, ...Object.values(event.pathParameters ?? {})];
  if (parts.some((part) => part !== undefined && hasDotSegment(part))) {
    throw noSuchRoute(method);
  }
}

function noSuchRoute(method: string): HttpProblem {
  return new HttpProblem('no_such_route', `no ${method} route has this path`, { status: 404 });
}

function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`);
}
