import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import { type DemoFleet, type DemoRole, startDemoFleet } from '../../../src/local/fleet/index.ts';
import { BuiltInProtocol, formatSecretUrl } from '../../../src/proxies/endpoint.ts';
import { parseProxyList } from '../../../src/proxies/list-parser.ts';
import type { Proxy } from '../../../src/proxies/proxy.ts';

let fleet: DemoFleet;
const proxies: Proxy[] = [];
beforeAll(async () => {
  fleet = await startDemoFleet();
  for await (const entry of parseProxyList(fleet.list, { allowPrivateAddresses: true })) {
    if (entry.kind === 'accepted') proxies.push(entry.proxy);
  }
});
afterAll(() => fleet?.close());

describe('the demo fleet', () => {
  it('has every role in every protocol, and its whole list is accepted', () => {
    const roles: readonly DemoRole[] = ['good', 'slow', 'dead', 'unauthorized', 'flapping'];
    for (const protocol of Object.values(BuiltInProtocol)) {
      const members = fleet.members.filter((member) => member.protocol === protocol);
      expect(members.map(({ role }) => role)).toEqual(expect.arrayContaining([...roles]));
    }
    expect(fleet.members.some(({ role }) => role === 'intercepting')).toBe(true);
    expect(proxies.map(formatSecretUrl).toSorted()).toEqual(
      fleet.members.map(({ url }) => url).toSorted(),
    );
  });

  it('gives each member the verdict of its role, without a direct connection', async () => {
    const options = parseHealthCheckOptions({ targetUrl: fleet.targetUrl, ca: fleet.caPem });
    const checker = new HealthChecker({ options, allowPrivateAddresses: true });
    const [first, second] = [await sweep(checker), await sweep(checker)];
    for (const member of fleet.members) {
      const found = [first, second].map((results) => results.get(member.url)?.status);
      expect({ ...member, proxy: null, found }).toEqual({
        ...member,
        proxy: null,
        found: VERDICTS[member.role],
      });
    }
    const running = fleet.members.flatMap(({ proxy }) => (proxy ? [proxy] : []));
    expect(fleet.target.connections.length).toBeGreaterThan(0);
    expect(fleet.target.connectionsPast(running)).toEqual([]);
  });
});

const VERDICTS = {
  good: ['active', 'active'],
  slow: ['slow', 'slow'],
  dead: ['inactive', 'inactive'],
  unauthorized: ['inactive', 'inactive'],
  flapping: ['active', 'inactive'],
  intercepting: ['inactive', 'inactive'],
} as const satisfies Record<DemoRole, readonly [string, string]>;

async function sweep(checker: HealthChecker): Promise<Map<string, HealthCheckResult>> {
  const results = await Promise.all(
    proxies.map(
      async (proxy) => [formatSecretUrl(proxy), await checker.checkProxy(proxy)] as const,
    ),
  );
  return new Map(results);
}
