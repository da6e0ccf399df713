import { describe, expect, it } from 'vitest';
import { compileRoutes } from '../../src/local/http-api/route-table.ts';

const ROUTE_KEYS = [
  '$default',
  'ANY /{proxy+}',
  'ANY /items/{id}',
  'GET /items/{id}',
  'GET /items/special',
  'GET /items/{id}/{rest+}',
  'GET /items/{id}/parts',
];

const find = compileRoutes(
  ROUTE_KEYS.map((routeKey) => ({
    routeKey,
    functionArn: 'arn',
    timeoutMs: 1,
    authorization: 'NONE' as const,
  })),
);

describe('a request', () => {
  it.each<[string, string, string, object]>([
    ['GET', '/items/special', 'GET /items/special', {}],
    ['GET', '/items/7', 'GET /items/{id}', { id: '7' }],
    ['PUT', '/items/7', 'ANY /items/{id}', { id: '7' }],
    ['GET', '/items/7/parts', 'GET /items/{id}/parts', { id: '7' }],
    ['GET', '/items/7/a/b%20c', 'GET /items/{id}/{rest+}', { id: '7', rest: 'a/b c' }],
    ['PUT', '/items/7/parts', 'ANY /{proxy+}', { proxy: 'items/7/parts' }],
    ['GET', '/items/%zz', 'GET /items/{id}', { id: '%zz' }],
  ])('%s %s takes the route %s', (method, path, routeKey, pathParameters) => {
    expect(find(method, path)).toMatchObject({ route: { routeKey }, pathParameters });
  });

  it.each(['/items/..', '/items/%2e%2E/parts', '/items/7/a/.', '/..', '/items\\..\\x'])(
    'has no route for %s, not even $default',
    (path) => {
      expect(find('GET', path)).toBeNull();
    },
  );

  it('takes $default when no other route matches, or has no route', () => {
    const [fallback, , ...others] = ROUTE_KEYS.map((routeKey) => ({
      routeKey,
      functionArn: 'arn',
      timeoutMs: 1,
      authorization: 'NONE' as const,
    }));
    expect(compileRoutes(others)('GET', '/nowhere')).toBeNull();
    const routes = fallback === undefined ? others : [fallback, ...others];
    expect(compileRoutes(routes)('GET', '/nowhere')?.route.routeKey).toBe('$default');
  });
});
