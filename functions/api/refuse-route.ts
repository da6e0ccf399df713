import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { hasDotSegment } from '../../src/path-segments.ts';
import { HttpProblem } from './reply/problem.ts';
import { ROUTE_KEYS, splitRouteKey } from './route-keys.ts';

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
