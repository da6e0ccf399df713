import { expect, it } from 'vitest';
import { AdmissionQueue, type Waiter } from '../../../src/health/window/admission-queue.ts';

const waiterOf = (host: string): Waiter => ({ host, start: () => {} });

it('passes a freed place on when the waiter it was meant for gives up', () => {
  const queue = new AdmissionQueue(1);
  const [first, second, third] = [waiterOf('gate'), waiterOf('gate'), waiterOf('gate')];
  for (const waiter of [first, second, third]) queue.add(waiter);
  expect(queue.next()).toBe(first);
  expect(queue.next()).toBeNull();
  queue.release('gate');
  queue.remove(second);
  expect(queue.next()).toBe(third);
});

it('is ready only while a waiter may start', () => {
  const queue = new AdmissionQueue(1);
  for (const waiter of [waiterOf('gate'), waiterOf('gate')]) queue.add(waiter);
  expect(queue.hasReady).toBe(true);
  queue.next();
  expect(queue.hasReady).toBe(false);
  queue.release('gate');
  expect(queue.hasReady).toBe(true);
});

it('lets other hosts pass a host that is full', () => {
  const queue = new AdmissionQueue(1);
  const [first, second, other] = [waiterOf('gate'), waiterOf('gate'), waiterOf('other')];
  for (const waiter of [first, second, other]) queue.add(waiter);
  expect([queue.next(), queue.next(), queue.next()]).toEqual([first, other, null]);
});

it('admits no more to a host whose limit has fallen until enough have ended there', () => {
  let limit = 3;
  const queue = new AdmissionQueue((host) => (host === 'gate' ? limit : 1));
  const waiters = Array.from({ length: 5 }, () => waiterOf('gate'));
  for (const waiter of waiters) queue.add(waiter);
  expect([queue.next(), queue.next()]).toEqual(waiters.slice(0, 2));
  limit = 1;
  expect(queue.next()).toBeNull();
  queue.release('gate');
  expect(queue.next()).toBeNull();
  queue.release('gate');
  expect(waiters.slice(2)).toContain(queue.next());
  expect(queue.next()).toBeNull();
});
