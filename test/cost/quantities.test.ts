import { expect, it } from 'vitest';
import { QUANTITIES } from '../../src/cost/quantities.ts';
import { measureHttpsBytes, measureSweeps } from './measure-sweeps.ts';

/** Latencies have more or fewer digits from run to run, which moves items across a unit's edge. */
const TOLERANCE = 0.04;
/** What is less than these has no weight in a bill. */
const LEAST_UNITS = 0.01;
const LEAST_LOG_BYTES = 100;
const AGAIN = 'what the pipeline costs has changed: see why, then npm run cost:measure';

it('the quantities are what is counted on the wire', { timeout: 180_000 }, async () => {
  const { metrics, perCheck, ...counted } = await measureSweeps();
  expect(metrics, AGAIN).toEqual(QUANTITIES.metrics);
  const { sentBytes, ...stored } = perCheck;
  expectSame({ http: sentBytes }, QUANTITIES.perCheck.sentBytes, 'perCheck/sentBytes');
  expectSame(stored, QUANTITIES.perCheck, 'perCheck');
  for (const [name, counts] of Object.entries(counted)) {
    const known = QUANTITIES[name as keyof typeof counted];
    expectSame({ counts }, { counts: known }, name);
  }
});

it('a check of an https: target sends as much as is said', { timeout: 180_000 }, async () => {
  const https = await measureHttpsBytes();
  expectSame({ https }, QUANTITIES.perCheck.sentBytes, 'perCheck/sentBytes');
});

/** Compares every number of the first with the same one of the second. */
function expectSame(counted: object, known: object, path: string): void {
  for (const [name, value] of Object.entries(counted)) {
    const other = Object.entries(known).find(([each]) => each === name)?.[1];
    if (typeof value === 'object') expectSame(value, Object(other), `${path}/${name}`);
    else {
      const least = name === 'logBytes' ? LEAST_LOG_BYTES : LEAST_UNITS;
      const off = Math.abs(value - Number(other)) / Math.max(Number(other), least);
      expect(off, `${path}/${name} is ${value}, not ${other}; ${AGAIN}`).toBeLessThan(TOLERANCE);
    }
  }
}
