import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { stopInTime } from '../../../functions/checker/handler.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it.each([
  ['two seconds', 60_000, 58_000],
  ['an eighth of a short time', 4_000, 3_500],
])('aborts %s before the checker is stopped', (_reserve, remainingMs, abortsAfterMs) => {
  using stop = stopInTime(remainingMs);
  vi.advanceTimersByTime(abortsAfterMs - 1);
  expect(stop.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(stop.signal.reason).toMatchObject({ message: 'the checker is about to be stopped' });
});

it('leaves no timer when it is done', () => {
  {
    using _stop = stopInTime(10_000);
    expect(vi.getTimerCount()).toBe(1);
  }
  expect(vi.getTimerCount()).toBe(0);
});
