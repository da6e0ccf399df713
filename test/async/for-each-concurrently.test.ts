import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forEachConcurrently } from '../../src/async/for-each-concurrently.ts';

const idle = () => new AbortController().signal;

async function* groupsOf(...groups: readonly (readonly number[])[]) {
  for (const group of groups) yield group;
}

it('works on at most so many items at once, and on all of them', async () => {
  let active = 0;
  let most = 0;
  const done: number[] = [];
  const work = async (item: number) => {
    active += 1;
    most = Math.max(most, active);
    await turn();
    active -= 1;
    done.push(item);
  };
  await forEachConcurrently(groupsOf([1, 2, 3], [], [4], [5, 6, 7]), {
    concurrency: 2,
    signal: idle(),
    work,
  });
  expect([most, done]).toEqual([2, [1, 2, 3, 4, 5, 6, 7]]);
});

it('reads the next group when the last item of one has begun', async () => {
  let read = 0;
  async function* groups() {
    for (; read < 3; read += 1) yield [0, 1];
  }
  const held = Promise.withResolvers<void>();
  const all = forEachConcurrently(groups(), {
    concurrency: 3,
    signal: idle(),
    work: () => held.promise,
  });
  for (let turns = 0; turns < 10; turns += 1) await turn();
  expect(read).toBe(1);
  held.resolve();
  await all;
  expect(read).toBe(3);
});

it('aborts and waits for what is under way when work fails, and begins no more', async () => {
  const begun: number[] = [];
  let aborted = 0;
  const work = async (item: number, signal: AbortSignal) => {
    begun.push(item);
    if (item === 2) throw new Error('two');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await turn();
    aborted += 1;
  };
  const all = forEachConcurrently(groupsOf([1, 2], [3, 4]), {
    concurrency: 2,
    signal: idle(),
    work,
  });
  await expect(all).rejects.toThrow('two');
  expect([begun, aborted]).toEqual([[1, 2], 1]);
});

it('throws what the source throws, after the work under way has ended', async () => {
  let ended = 0;
  async function* broken() {
    yield [1];
    throw new Error('the source');
  }
  const work = async () => {
    await turn();
    ended += 1;
  };
  const all = forEachConcurrently(broken(), { concurrency: 2, signal: idle(), work });
  await expect(all).rejects.toThrow('the source');
  expect(ended).toBe(1);
});

it('throws the reason of an abort, of which the work is told', async () => {
  const caller = new AbortController();
  const work = (_item: number, signal: AbortSignal) =>
    new Promise<void>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('told'))),
    );
  const all = forEachConcurrently(groupsOf([1, 2, 3]), {
    concurrency: 2,
    signal: caller.signal,
    work,
  });
  await turn();
  caller.abort(new Error('enough'));
  await expect(all).rejects.toThrow('enough');
});
