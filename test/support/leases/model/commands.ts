import fc from 'fast-check';
import { expect } from 'vitest';
import type { Lease } from '../../../../src/leases/lease.ts';
import {
  believedLeases,
  type Consumer,
  forgetEnded,
  isAvailable,
  type Model,
  type ModelLease,
  type Real,
} from './model.ts';

type LeaseCommand = fc.AsyncCommand<Model, Real>;

/** Makes a command with a text that describes it. */
function command(text: string, run: (model: Model, real: Real) => Promise<void>): LeaseCommand {
  return { check: () => true, run, toString: () => text };
}

/** The n-th value, counted round and round; undefined when there are none. */
function nth<Value>(values: readonly Value[], n: number): Value | undefined {
  return values[n % values.length];
}

const acquire = (n: number, leaseSeconds: number) =>
  command(`acquire(${n}, ${leaseSeconds} s)`, async (model, { consumers }) => {
    const consumer = nth(consumers, n) as Consumer;
    const request = { poolName: 'fleet', consumerName: 'shop', allowUnknown: true, leaseSeconds };
    const lease = await consumer.manager.acquireProxy(request);
    const available = model.proxies.filter((proxy) => isAvailable(model, proxy, consumer));
    if (!lease) return expect(available).toEqual([]);
    const proxy = available.find(({ id }) => id === lease.proxy.id);
    if (!proxy) throw new Error(`${lease.proxy.id} was not available`);
    const { maxConcurrency } = proxy;
    const believed = believedLeases(model, proxy).length;
    if (maxConcurrency !== null) {
      expect(believed).toBeLessThan(maxConcurrency);
      forgetEnded(model, proxy, consumer);
    }
    const expiresAt = consumer.clock.now() + leaseSeconds * 1000;
    const stored = maxConcurrency !== null;
    model.leases.push({ lease, proxy, consumer, expiresAt, stored, released: false });
  });

/** Whether an unlimited proxy's lease runs by its holder's clock. */
const runs = ({ expiresAt, consumer }: ModelLease) => expiresAt > consumer.clock.now();
const isSigned = ({ lease }: ModelLease) => lease.leaseId.includes('.u.');

const renew = (n: number, leaseSeconds: number) =>
  command(`renew(${n}, ${leaseSeconds} s)`, async (model) => {
    const held = nth(model.leases, n);
    if (!held) return;
    const { consumer, proxy } = held;
    const there = isSigned(held) ? proxy.maxConcurrency === null : held.stored;
    const renewed = await consumer.manager
      .renewLease(held.lease, { leaseSeconds })
      .catch((error: { code: string }) => error.code);
    if (!there || !runs(held) || proxy.banned) return expect(renewed).toBe('lease_ended');
    const expiresAt = Math.max(held.expiresAt, consumer.clock.now() + leaseSeconds * 1000);
    expect((renewed as Lease).expiresAt).toBe(new Date(expiresAt).toISOString());
    // The renewed lease of an unlimited proxy has a new id; the old lease does not change.
    if (isSigned(held)) model.leases.push({ ...held, lease: renewed as Lease, expiresAt });
    else held.expiresAt = expiresAt;
  });

const release = (n: number) =>
  command(`release(${n})`, async (model) => {
    const held = nth(model.leases, n);
    if (!held) return;
    const released = await held.consumer.manager.releaseProxy(held.lease, 'ok');
    expect(released).toBe(isSigned(held) ? runs(held) : held.stored);
    held.stored = false;
    held.released = true;
  });

const cleanUp = (n: number) =>
  command(`cleanUp(${n})`, async (model, { consumers }) => {
    const consumer = nth(consumers, n) as Consumer;
    const removed = await consumer.manager.cleanupExpiredLeases('fleet');
    const ended = model.proxies.map((proxy) => forgetEnded(model, proxy, consumer));
    expect(removed).toBe(ended.reduce((sum, count) => sum + count, 0));
  });

const advance = (ms: number) =>
  command(`advance(${ms} ms)`, async (_model, { world }) => world.clock.advance(ms));

const setStatus = (n: number, status: 'banned' | 'unknown') =>
  command(`setStatus(${n}, ${status})`, async (model, { world }) => {
    const proxy = nth(model.proxies, n);
    if (!proxy) return;
    const at = new Date(world.clock.now()).toISOString();
    await world.storage.proxies.writeManualStatus({
      poolName: 'fleet',
      proxyId: proxy.id,
      status,
      at,
    });
    proxy.banned = status === 'banned';
  });

const setMaxConcurrency = (n: number, maxConcurrency: number | null) =>
  command(`setMaxConcurrency(${n}, ${maxConcurrency})`, async (model, { world }) => {
    const proxy = nth(model.proxies, n);
    if (!proxy) return;
    await world.storage.leases.setMaxConcurrency('fleet', proxy.id, maxConcurrency);
    proxy.maxConcurrency = maxConcurrency;
  });

/** Asserts that the rows hold the same leases as the model. */
const compareRows = async (model: Model, { world }: Real) => {
  for (const proxy of model.proxies) {
    const { leases } = await world.row(proxy.id);
    const expected = model.leases
      .filter((lease) => lease.proxy === proxy && lease.stored)
      .map(({ lease, expiresAt }) => [lease.leaseId, expiresAt]);
    const actual = Object.entries(leases).map(([token, { expiresAt }]) => [
      `${proxy.id}.${token}`,
      expiresAt,
    ]);
    expect(actual.sort()).toEqual(expected.sort());
  }
};

/** Makes a command compare the rows after it has run. */
const checked = (plain: LeaseCommand): LeaseCommand => ({
  check: (model) => plain.check(model),
  toString: () => plain.toString(),
  run: async (model, real) => {
    await plain.run(model, real);
    await compareRows(model, real);
  },
});

const seconds = fc.constantFrom(1, 5, 30);
const waits = fc.constantFrom(1, 999, 1000, 3000, 4999, 5000, 10_000, 31_000);
const limit = fc.option(fc.integer({ min: 1, max: 3 }), { freq: 4 });
const status = fc.constantFrom('banned' as const, 'unknown' as const);

/** Generates commands in any order. */
export const leaseCommands = (maxCommands: number) =>
  fc.commands(
    [
      fc.tuple(fc.nat(2), seconds).map(([n, time]) => checked(acquire(n, time))),
      fc.tuple(fc.nat(2), seconds).map(([n, time]) => checked(acquire(n, time))),
      fc.tuple(fc.nat(20), seconds).map(([n, time]) => checked(renew(n, time))),
      fc.nat(20).map((n) => checked(release(n))),
      waits.map((ms) => checked(advance(ms))),
      waits.map((ms) => checked(advance(ms))),
      fc.nat(2).map((n) => checked(cleanUp(n))),
      fc.tuple(fc.nat(2), status).map(([n, to]) => checked(setStatus(n, to))),
      fc.tuple(fc.nat(2), limit).map(([n, to]) => checked(setMaxConcurrency(n, to))),
    ],
    { maxCommands, size: 'max' },
  );
