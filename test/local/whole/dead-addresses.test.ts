import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDeadPort, startTarget, type Target } from '../../../src/local/fleet/index.ts';
import { startWholeStack, type WholeStack } from '../../support/whole-stack.ts';

const COUNT = 10_000;
/** Half a minute on two idle cores; longer where other tests share them. */
const SWEEP_TIMEOUT_MS = 240_000;

let whole: WholeStack;
let target: Target;

beforeAll(async () => {
  target = await startTarget();
  whole = await startWholeStack();
});

afterAll(async () => {
  await whole?.[Symbol.asyncDispose]();
  await target?.close();
});

describe('a sweep of 10,000 dead addresses', () => {
  it(
    'finds each one refused, without an error and within every MemorySize',
    async () => {
      await whole.createPool('dead', { options: { targetUrl: target.url } }, await deadProxies());
      const sweepId = await whole.startSweep('dead');
      expect(await whole.waitForSweep(sweepId, SWEEP_TIMEOUT_MS)).toMatchObject({
        state: 'complete',
        totals: { proxies: COUNT, active: 0, slow: 0, inactive: COUNT, inconclusive: 0 },
        failures: [{ code: 'refused', blame: 'proxy', count: COUNT }],
        batches: { late: 0, missing: [] },
      });
      const results = await whole.readResults(sweepId);
      expect(new Set(results.map(({ proxyId }) => proxyId)).size).toBe(COUNT);
      for (const { name, errors, peakMemoryMb, memoryMb } of Object.values(
        whole.stack.functions(),
      )) {
        expect([name, errors]).toEqual([name, 0]);
        expect(peakMemoryMb).toBeLessThanOrEqual(memoryMb);
      }
    },
    2 * SWEEP_TIMEOUT_MS,
  );
});

/** Distinct addresses in 127.0.0.0/8 at a port on which nothing ever listens. */
async function deadProxies(): Promise<readonly string[]> {
  const port = await findDeadPort();
  const schemes = ['http', 'https', 'socks4', 'socks5'];
  return Array.from({ length: COUNT }, (_, index) => {
    const host = `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
    return `${schemes[index % schemes.length]}://${host}:${port}`;
  });
}
