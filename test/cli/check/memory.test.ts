import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type FleetProxy,
  findDeadPort,
  startHttpProxy,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';
import { measureLiveHeap, refusedLines, sessionLine } from '../support/memory-growth.ts';

const LINES = 20_000;

let target: Target;
let proxy: FleetProxy;

beforeAll(async () => {
  [target, proxy] = await Promise.all([startTarget(), startHttpProxy()]);
});

afterAll(() => Promise.all([target.close(), proxy.close()]));

it.each([
  { list: 'all refused', isActive: () => false },
  { list: 'half active, half refused', isActive: (index: number) => index % 2 === 0 },
])(
  'keeps nothing of a finished probe, with 200 in flight over a long list: $list',
  {
    timeout: 120_000,
  },
  async ({ isActive }) => {
    const limits = ['--concurrency', '200', '--max-in-flight-per-host', '200'];
    const flags = ['--target', target.url, '--no-control', ...limits];
    const refused = refusedLines(LINES, await findDeadPort());
    const lines = refused.map((line, index) =>
      isActive(index) ? sessionLine(proxy, index) : line,
    );
    const { exitCode, probes, growthKbPerThousand } = await measureLiveHeap(flags, lines);
    expect(exitCode).toBe(0);
    expect(probes).toBe(LINES);
    // The records alone, were they kept, would be some 500 KB per 1,000. An HTTP client is kept for
    // each probe that has been in flight, and there may be more of these later on.
    expect(growthKbPerThousand).toBeLessThan(150);
  },
);
