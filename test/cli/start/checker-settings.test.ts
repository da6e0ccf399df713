import { describe, expect, it } from 'vitest';
import { inFlightOf, settingsFor } from '../../../src/cli/start/checker-settings.ts';
import { makeOptions } from '../../support/factories.ts';

const options = makeOptions({ timeoutMs: 5_000 });

/** The timeout that checkers of a stack for one list get, seconds. */
function timeoutOf(flags: { concurrency: number; maxInFlightPerHost: number }): unknown {
  const { lighthouse } = settingsFor({ ...flags, control: false }, options);
  return (lighthouse as { checker: { timeoutSeconds: number } }).checker.timeoutSeconds;
}

describe("the stack's settings for one list", () => {
  it('leave a checker the time for a batch on one host, as many at once as asked for', () => {
    // 320 proxies of 5 s at most: 10 waves, 2 waves, 320 waves; 5 s are for reads and writes.
    expect(timeoutOf({ concurrency: 256, maxInFlightPerHost: 32 })).toBe(60);
    expect(timeoutOf({ concurrency: 400, maxInFlightPerHost: 400 })).toBe(60);
    expect(timeoutOf({ concurrency: 256, maxInFlightPerHost: 8 })).toBe(205);
    expect(timeoutOf({ concurrency: 256, maxInFlightPerHost: 1 })).toBe(900);
  });

  it('count on no more in flight on one host than in all', () => {
    expect(timeoutOf({ concurrency: 16, maxInFlightPerHost: 100 })).toBe(
      timeoutOf({ concurrency: 16, maxInFlightPerHost: 16 }),
    );
    expect([inFlightOf({ concurrency: 16 }), inFlightOf({ concurrency: 5_000 })]).toEqual([
      16, 800,
    ]);
  });
});
