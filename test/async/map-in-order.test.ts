import { expect, it } from 'vitest';
import { mapInOrder } from '../../src/async/map-in-order.ts';

/** Work whose end a test decides, item by item. */
function heldWork() {
  const held = new Map<number, PromiseWithResolvers<number>>();
  const work = (item: number) => {
    const own = Promise.withResolvers<number>();
    held.set(item, own);
    return own.promise;
  };
  return { held, work };
}

it('yields results in the order of the items, whichever is ready first', async () => {
  const { held, work } = heldWork();
  const results = mapInOrder([1, 2, 3], { concurrency: 3, signal: undefined, work });
  const first = results.next();
  await expect.poll(() => held.size).toBe(3);
  for (const item of [3, 2, 1]) held.get(item)?.resolve(item * 10);
  expect([(await first).value, (await results.next()).value, (await results.next()).value]).toEqual(
    [10, 20, 30],
  );
  expect((await results.next()).done).toBe(true);
});

it('begins no more items than may be worked on at once while the first one is slow', async () => {
  const { held, work } = heldWork();
  const results = mapInOrder([1, 2, 3, 4], { concurrency: 2, signal: undefined, work });
  const first = results.next();
  await expect.poll(() => held.size).toBe(2);
  held.get(2)?.resolve(2);
  await new Promise(setImmediate);
  expect([...held.keys()]).toEqual([1, 2]);
  held.get(1)?.resolve(1);
  expect((await first).value).toBe(1);
  const rest = (async () => {
    const values: number[] = [];
    for await (const value of results) values.push(value);
    return values;
  })();
  await expect.poll(() => held.size).toBe(4);
  for (const item of [4, 3]) held.get(item)?.resolve(item);
  expect(await rest).toEqual([2, 3, 4]);
});

it('yields nothing that comes after a failure, even if it was ready when it was asked for', async () => {
  const { held, work } = heldWork();
  const results = mapInOrder([1, 2, 3], { concurrency: 3, signal: undefined, work });
  const first = results.next();
  await expect.poll(() => held.size).toBe(3);
  held.get(3)?.resolve(3);
  held.get(1)?.resolve(1);
  expect((await first).value).toBe(1);
  // Nobody asks for the next result while this happens.
  held.get(2)?.reject(new Error('no'));
  await new Promise(setImmediate);
  await expect(results.next()).rejects.toThrow('no');
  expect((await results.next()).done).toBe(true);
});
