import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stopInTime } from '../../functions/checker/stop-in-time.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('aborts two seconds before the checker is stopped', () => {
  using stop = stopInTime(10_000);
  vi.advanceTimersByTime(7_999);
  expect(stop.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(stop.signal.reason).toMatchObject({ message: 'The checker is about to be stopped.' });
});

test('leaves no timer when it is done', () => {
  {
    using _stop = stopInTime(10_000);
    expect(vi.getTimerCount()).toBe(1);
  }
  expect(vi.getTimerCount()).toBe(0);
});
