import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHealthy } from '../../src/health/health-check-result.ts';
import { HealthChecker } from '../../src/health/health-checker.ts';
import { casesOf } from './support/cases.ts';
import { checkBoth } from './support/check-both.ts';
import { missingPackages } from './support/installed.ts';
import { EGRESS_ADDRESS, ENTRANCES } from './support/real-proxy.ts';
import type { TargetScheme } from './support/targets.ts';
import { startTestBed, type TestBed } from './support/test-bed.ts';

const missing = missingPackages();
const skipped = missing.length > 0 && process.env.REQUIRE_REAL_PROXIES !== '1';
if (skipped) {
  process.stderr.write(`\nreal proxies: SKIPPED, not installed: ${missing.join(', ')}\n`);
}

const SCHEMES: readonly TargetScheme[] = ['http', 'https'];
/** One cell for each server × credentials × target scheme. */
const CELLS = ENTRANCES.flatMap((entrance) =>
  SCHEMES.map((scheme) => {
    const cases = casesOf(entrance, scheme);
    const passing = cases.filter((one) => one.healthy).length;
    const access = entrance.asksForCredentials ? 'with credentials' : 'open';
    const title = `${entrance.server}, ${entrance.protocol}, ${access}, ${scheme} target`;
    return { title, entrance, scheme, cases, pairs: Math.min(passing, cases.length - passing) };
  }),
);
const MINIMUM_PAIRS = 40;

describe.skipIf(skipped)('real proxy servers', () => {
  const checker = new HealthChecker({ allowPrivateAddresses: true });
  const agreements: boolean[] = [];
  let bed: TestBed | undefined;

  beforeAll(async () => {
    bed = await startTestBed();
  });
  afterAll(async () => {
    await bed?.close();
    const agreed = agreements.filter(Boolean).length;
    process.stderr.write(
      `\nreal proxies: ${totalPairs()} pairs of a case that passes and one that fails; ` +
        `curl and Lighthouse agree on ${agreed} of ${agreements.length} checks\n`,
    );
  });

  it('has a passing and a failing case in every cell, 40 pairs in all', () => {
    expect(CELLS.filter((cell) => cell.pairs === 0)).toEqual([]);
    expect(totalPairs()).toBeGreaterThanOrEqual(MINIMUM_PAIRS);
  });

  describe.each(CELLS)('$title', ({ entrance, scheme, cases }) => {
    it.each(cases)('finds healthy = $healthy, as curl does: $title', async (one) => {
      if (!bed) throw new Error('the servers are not running');
      const place = { bed, proxy: bed.find(entrance), scheme };
      const { curl, ours } = await checkBoth(one, place, checker);
      agreements.push(curl.healthy === isHealthy(ours));
      expect(curl, curl.stderr).toMatchObject({ healthy: one.healthy });
      expect(isHealthy(ours), JSON.stringify(ours)).toBe(curl.healthy);
    });
  });

  it('reaches the targets through the proxies only', () => {
    const connections = bed?.targets.all.flatMap((target) => target.connections) ?? [];
    expect(connections.length).toBeGreaterThan(0);
    expect(connections.filter(({ address }) => address !== EGRESS_ADDRESS)).toEqual([]);
  });
});

function totalPairs(): number {
  return CELLS.reduce((sum, cell) => sum + cell.pairs, 0);
}
