import { HttpProblem } from './reply/problem.ts';
import { ROUTE_KEYS, splitRouteKey } from './route-keys.ts';

/**
 * Repeats no path: a lease id may be in it.
 *
 * @throws HttpProblem 405 for a known path, naming its methods; else 404.
 */
export function refuseUnknownRoute({ method, path }: { method: string; path: string }): never {
  const routes = ROUTE_KEYS.map(splitRouteKey).filter((route) =>
    pathPattern(route.path).test(path),
  );
  const [route] = routes;
  if (route !== undefined) {
    const allow = routes.map((each) => each.method).join(', ');
    const detail = `${route.path} answers ${allow}, not ${method}.`;
    throw new HttpProblem(405, 'method_not_allowed', detail, { allow });
  }
  throw new HttpProblem(404, 'no_such_route', `There is no route ${method} of this path.`);
}

function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`);
}
