import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Verdict } from '../../src/health/health-check-result.ts';
import { applyVerdict, ProxyStatus, type StatusState } from '../../src/health/rise-fall.ts';

const verdicts = fc.constantFrom(...Object.values(Verdict));
const thresholds = fc.record({
  rise: fc.integer({ min: 1, max: 10 }),
  fall: fc.integer({ min: 1, max: 10 }),
});
const unknown: StatusState = { status: ProxyStatus.unknown, streak: null };

describe('applyVerdict', () => {
  it('changes a status exactly when enough of its last verdicts agree on another', () => {
    fc.assert(
      fc.property(fc.array(verdicts, { maxLength: 60 }), thresholds, (history, riseFall) => {
        let state = unknown;
        const conclusive: Verdict[] = [];
        for (const verdict of history) {
          const before = state;
          state = applyVerdict(state, verdict, riseFall);
          if (verdict === Verdict.inconclusive) {
            expect(state).toBe(before);
            continue;
          }
          conclusive.push(verdict);
          const needed = verdict === Verdict.inactive ? riseFall.fall : riseFall.rise;
          const lastOnes = conclusive.slice(-needed);
          const agree = lastOnes.length === needed && lastOnes.every((each) => each === verdict);
          const isFirst = before.status === ProxyStatus.unknown;
          expect(state.status).toBe(isFirst || agree ? verdict : before.status);
        }
      }),
    );
  });

  it('keeps a streak only while it differs from the status, and shorter than its threshold', () => {
    fc.assert(
      fc.property(fc.array(verdicts, { maxLength: 60 }), thresholds, (history, riseFall) => {
        const end = history.reduce(
          (state, verdict) => applyVerdict(state, verdict, riseFall),
          unknown,
        );
        if (!end.streak) return;
        const { verdict, count } = end.streak;
        expect(verdict).not.toBe(end.status);
        expect(count).toBeLessThan(verdict === Verdict.inactive ? riseFall.fall : riseFall.rise);
      }),
    );
  });

  it('never frees a banned proxy, and returns the very state when nothing changes', () => {
    const banned: StatusState = { status: ProxyStatus.banned, streak: null };
    fc.assert(
      fc.property(verdicts, thresholds, (verdict, riseFall) => {
        expect(applyVerdict(banned, verdict, riseFall)).toBe(banned);
        const settled: StatusState = { status: 'active', streak: null };
        if (verdict === 'active') expect(applyVerdict(settled, verdict, riseFall)).toBe(settled);
      }),
    );
  });
});
