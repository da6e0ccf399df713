import { HttpProblem } from './problem.ts';
import { ROUTE_KEYS, splitRouteKey } from './route-keys.ts';

/** @throws HttpProblem 405 for a known path, naming its methods; else 404. */
export function refuseUnknownRoute({ method, path }: { method: string; path: string }): never {
  const methods = ROUTE_KEYS.map(splitRouteKey)
    .filter((route) => pathPattern(route.path).test(path))
    .map((route) => route.method);
  if (methods.length > 0) {
    const allow = methods.join(', ');
    const detail = `${path} answers ${allow}, not ${method}.`;
    throw new HttpProblem(405, 'method_not_allowed', detail, { allow });
  }
  throw new HttpProblem(404, 'no_such_route', `There is no route ${method} ${path}.`);
}

function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`);
}
