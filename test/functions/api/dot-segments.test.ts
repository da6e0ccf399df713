import { beforeEach, describe, expect, it } from 'vitest';
import { ROUTE_KEYS, splitRouteKey } from '../../../functions/api/route-keys.ts';
import { startApiWithPool } from '../support/api.ts';

const DOTS = ['.', '..', '%2e', '%2E%2E', '.%2e', '%2E.', '%252e%252e', 'x%2f..', '..%5cx'];
const ID = '0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11';

/** Each route with one of its names replaced by dots, the others as they should be. */
const REQUESTS = ROUTE_KEYS.flatMap((routeKey) => {
  const { method, path } = splitRouteKey(routeKey);
  const names = path.match(/\{[^}]+\}/g) ?? [];
  return names.flatMap((name) =>
    DOTS.map((dots) => {
      const named = path.replace(name, dots).replace('{pool}', 'fleet');
      return { method, target: named.replaceAll(/\{[^}]+\}/g, ID) };
    }),
  );
});

let api: Awaited<ReturnType<typeof startApiWithPool>>;

beforeEach(async () => {
  api = await startApiWithPool();
});

describe('a path segment that is . or .. never reaches another route', () => {
  it('is answered with 404 by every route, and nothing is touched', async () => {
    const before = await api.get('/pools/fleet');
    for (const { method, target } of REQUESTS) {
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: '{"status":"banned"}' };
      const { status, json } = await api.call({ method, target, ...body });
      expect([method, target, status]).toEqual([method, target, 404]);
      expect(json.detail).toBe(`no ${method} route has this path`);
    }
    expect(await api.get('/pools/fleet')).toEqual(before);
    expect(api.dispatched).toEqual([]);
  });

  it.each(['/pools/fleet/proxies/..', '/pools/x/../fleet', '/./pools/fleet', '/pools/fleet/.'])(
    'does not shorten %s to the path of a pool',
    async (target) => {
      expect((await api.call({ method: 'DELETE', target })).status).toBe(404);
      expect((await api.get('/pools/fleet')).json.deletingSince).toBeNull();
    },
  );
});
