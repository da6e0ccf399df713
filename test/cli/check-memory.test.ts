import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDeadPort, startTarget, type Target } from '../../src/local/fleet/index.ts';
import { measureLiveHeap, refusedLines } from './support/memory-growth.ts';

const LINES = 20_000;

let target: Target;

beforeAll(async () => {
  target = await startTarget();
});

afterAll(() => target.close());

test('keeps nothing of a probe that is over, at 200 in flight over a long list', {
  timeout: 120_000,
}, async () => {
  const flags = ['--target', target.url, '--concurrency', '200', '--no-control'];
  const lines = refusedLines(LINES, await findDeadPort());
  const { exitCode, probes, growthKbPerThousand } = await measureLiveHeap(flags, lines);
  expect(exitCode).toBe(0);
  expect(probes).toBe(LINES);
  // The records alone, were they kept, would be some 500 KB per 1,000.
  expect(growthKbPerThousand).toBeLessThan(60);
});
