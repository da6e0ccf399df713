import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDeadPort, startTarget, type Target } from '../../src/local/fleet/index.ts';
import { measureMemory, refusedLines } from './support/memory-growth.ts';

const LINES = 20_000;

let target: Target;

beforeAll(async () => {
  target = await startTarget();
});

afterAll(() => target.close());

/**
 * A bound loose enough for a run this short, and far below what holding on to results would cost
 * (some 500 KB per 1,000). The measured figure of a 100,000-line run is below 1 KB.
 */
test.skipIf(process.platform !== 'linux')(
  'keeps its memory flat at 200 in flight over a long list',
  { timeout: 120_000 },
  async () => {
    const flags = ['--target', target.url, '--concurrency', '200', '--timeout-ms', '1000'];
    const lines = refusedLines(LINES, await findDeadPort());
    const { exitCode, probes, growthKbPerThousand } = await measureMemory(flags, lines);
    expect(exitCode).toBe(0);
    expect(probes).toBe(LINES);
    expect(growthKbPerThousand).toBeLessThan(400);
  },
);
