import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { BusyError } from '../../../src/errors.ts';
import { MemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { StatusWrite } from '../../../src/storage/proxy-storage.ts';
import { RowWriter } from '../../../src/sweeps/record/row-writer.ts';
import { TappedStorage } from '../../support/storage/tapped-storage.ts';
import { makeWrite } from '../../support/storage-contract/statuses.ts';

/** A writer, and how its storage answers the n-th write, counted from 1. */
function makeWriter(
  answer: (n: number, write: StatusWrite) => Promise<boolean>,
  hasTime = () => true,
) {
  const storage = new TappedStorage(new MemoryStorage());
  const calls = { begun: 0 };
  storage.tap('proxies.writeStatus', (_call, write) => answer(++calls.begun, write));
  return { writer: new RowWriter({ storage, clock: systemClock }, hasTime), calls };
}

const busy = () => Promise.reject(new BusyError('full'));

describe('the row writes of a checker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are at most 32 at once, of all its batches together', async () => {
    let underWay = 0;
    let most = 0;
    const { writer, calls } = makeWriter(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
      return true;
    });
    await Promise.all(Array.from({ length: 200 }, () => writer.write(makeWrite())));
    expect([most, calls.begun]).toEqual([32, 200]);
  });

  it('are repeated until the storage takes them, less often each time', async () => {
    const at: number[] = [];
    const { writer } = makeWriter((n) => {
      at.push(performance.now());
      return n < 8 ? busy() : Promise.resolve(true);
    });
    const written = writer.write(makeWrite());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await written).toBe(true);
    for (const [index, longestMs] of [250, 500, 1000, 2000, 2000, 2000, 2000].entries()) {
      expect((at[index + 1] ?? 0) - (at[index] ?? 0)).toBeLessThanOrEqual(longestMs + 1);
    }
  });

  it('begin no more once the storage is full and the time is over', async () => {
    let hasTime = true;
    const { writer, calls } = makeWriter(busy, () => hasTime);
    const writes = Array.from({ length: 100 }, () => writer.write(makeWrite()));
    const settled = Promise.allSettled(writes);
    await vi.advanceTimersByTimeAsync(2_000);
    const before = calls.begun;
    hasTime = false;
    await vi.advanceTimersByTimeAsync(2_000);
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(BusyError) });
    }
    expect(calls.begun).toBe(before);
  });

  it('begin no more when they are slow, which means that they are throttled', async () => {
    let hasTime = true;
    const slow = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 1_500));
    const { writer, calls } = makeWriter(slow, () => hasTime);
    const settled = Promise.allSettled(Array.from({ length: 40 }, () => writer.write(makeWrite())));
    hasTime = false;
    await vi.advanceTimersByTimeAsync(1_500);
    const outcomes = (await settled).map(({ status }) => status);
    expect(outcomes).toEqual([...Array(32).fill('fulfilled'), ...Array(8).fill('rejected')]);
    expect(calls.begun).toBe(32);
  });

  it('are all made, late or not, while the storage takes them', async () => {
    const { writer } = makeWriter(
      () => Promise.resolve(true),
      () => false,
    );
    const written = await Promise.all(Array.from({ length: 100 }, () => writer.write(makeWrite())));
    expect(written.every(Boolean)).toBe(true);
  });

  it('fail at once for any other reason, and leave their places to others', async () => {
    const { writer } = makeWriter((n) =>
      n <= 32 ? Promise.reject(new Error('gone')) : Promise.resolve(true),
    );
    const settled = await Promise.allSettled(
      Array.from({ length: 64 }, () => writer.write(makeWrite())),
    );
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(32);
  });
});
