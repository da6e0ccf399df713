import { hasDotSegment } from '../../path-segments.ts';
import { decodeSegment } from '../http-server.ts';
import type { HttpRoute } from './http-api-settings.ts';

/** A route that matches a request. */
export interface RouteMatch {
  readonly route: HttpRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface CompiledRoute {
  readonly route: HttpRoute;
  readonly method: string;
  readonly segments: readonly string[];
  readonly rank: number;
}

/**
 * Compiles routes into a function that finds the most specific one for a request: fixed segments
 * before `{parameters}`, those before `{greedy+}`, a method before `ANY`, `$default` last. A path
 * with `.` or `..` as a segment has no route.
 * AWS: "Create routes for HTTP APIs in API Gateway".
 */
export function compileRoutes(
  routes: readonly HttpRoute[],
): (method: string, path: string) => RouteMatch | null {
  const table = routes.map(compile).sort((a, b) => a.rank - b.rank);
  return (method, path) => {
    if (hasDotSegment(path)) return null;
    const segments = path.split('/').slice(1);
    for (const candidate of table) {
      if (candidate.method !== 'ANY' && candidate.method !== method) continue;
      const pathParameters = matchSegments(candidate.segments, segments);
      if (pathParameters !== null) return { route: candidate.route, pathParameters };
    }
    return null;
  };
}

function compile(route: HttpRoute): CompiledRoute {
  if (route.routeKey === '$default') {
    return { route, method: 'ANY', segments: ['{proxy+}'], rank: Number.MAX_SAFE_INTEGER };
  }
  const [method = '', path = ''] = route.routeKey.split(' ');
  const segments = path.split('/').slice(1);
  const fixed = segments.filter((segment) => !segment.startsWith('{')).length;
  const greedy = segments.some((segment) => segment.endsWith('+}'));
  const rank = (greedy ? 1_000 : 0) - fixed * 10 + (method === 'ANY' ? 1 : 0);
  return { route, method, segments, rank };
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | null {
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return null;
    if (part.endsWith('+}')) {
      parameters[part.slice(1, -2)] = decodeSegment(segments.slice(index).join('/'));
      return parameters;
    }
    if (part.startsWith('{') && segment !== '')
      parameters[part.slice(1, -1)] = decodeSegment(segment);
    else if (part !== segment) return null;
  }
  return pattern.length === segments.length ? parameters : null;
}
