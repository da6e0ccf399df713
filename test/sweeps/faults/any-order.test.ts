import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConflictError } from '../../../src/errors.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { batchNames } from '../../support/audit/recount.ts';
import { changePolicy, makeProxy } from '../../support/factories.ts';
import type { Finding } from '../../support/fakes/fake-checker.ts';
import { Crash, crashAfterWrite } from '../../support/storage/crashing-storage.ts';
import type { TappedStorage } from '../../support/storage/tapped-storage.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const MINUTE = 60_000;
/** Enough for four batches of more than 96. */
const POOL_SIZE = 440;
/** Proxies that are imported and deleted on the way. */
const PASSING = 31;
const passingProxy = (index: number) => makeProxy(10_000 + index);

type Step =
  | { readonly do: 'start' | 'tick' | 'fanOut' }
  | { readonly do: 'deliver' | 'deliverTwice' | 'deliverAndForgetTheAck'; readonly message: number }
  | { readonly do: 'crashInDelivery'; readonly message: number; readonly write: number }
  | { readonly do: 'crashInTick' | 'crashInStart'; readonly write: number }
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'import' | 'delete'; readonly proxy: number }
  | { readonly do: 'targetFails' | 'targetRecovers' };

const message = fc.nat(20);
const write = fc.integer({ min: 1, max: 12 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('start', 'tick', 'fanOut') }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom('deliver', 'deliverTwice', 'deliverAndForgetTheAck'),
      message,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crashInDelivery'), message, write }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('crashInTick', 'crashInStart'), write }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait'), minutes: fc.constantFrom(1, 2, 30) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('import', 'delete'), proxy: fc.nat(PASSING - 1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('targetFails', 'targetRecovers') }),
  },
) as fc.Arbitrary<Step>;

/** What the watch has seen. */
interface Seen {
  /** What must never happen, whichever sweep writes and when. */
  readonly violations: string[];
  /** The ids of the events that have to be sent for the writes. */
  readonly changes: Set<string>;
}

/** Looks at every write. */
function watch(storage: TappedStorage, { violations, changes }: Seen): void {
  const verdicts = new Map<string, string>();
  storage.tap('proxies.writeStatus', async (writeStatus, change) => {
    const before = await storage.proxies.get(change.poolName, change.proxyId);
    const written = await writeStatus(change);
    if (written && before && change.sweepId <= before.rowSweepId)
      violations.push(`${change.sweepId} wrote a row of ${before.rowSweepId}`);
    const known = change.before.status !== 'unknown';
    if (written && known && change.before.status !== change.after.status) {
      changes.add(`${change.sweepId}:${change.proxyId}`);
    }
    return written;
  });
  storage.tap('results.put', async (put, result) => {
    const stored = await put(result);
    const key = `${stored.sweepId} ${stored.bits}`;
    const text = JSON.stringify([...stored.results]);
    if ((verdicts.get(key) ?? text) !== text)
      violations.push(`the stored verdicts of ${key} changed`);
    verdicts.set(key, text);
    return stored;
  });
}

async function unlessCrashed(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Crash || error instanceof ConflictError)) throw error;
  }
}

/** Runs `work` with a storage that dies after its n-th write. */
async function withCrash(world: SweepWorld, n: number, work: () => Promise<unknown>) {
  const survivor = world.storage;
  world.storage = crashAfterWrite(survivor, n);
  await unlessCrashed(work());
  world.storage = survivor;
}

async function deliver(world: SweepWorld, index: number, { times = 1, acknowledged = true } = {}) {
  const chosen = world.queue[index % Math.max(1, world.queue.length)];
  if (!chosen) return;
  const outcomes = await Promise.all(Array.from({ length: times }, () => world.check([chosen])));
  const done = outcomes.flat().every((outcome) => typeof outcome === 'string');
  if (done && acknowledged) world.queue.splice(world.queue.indexOf(chosen), 1);
}

async function fanOut(world: SweepWorld) {
  const pool = await world.storage.pools.get('fleet');
  const sweep = pool?.runningSweepId ? await world.storage.sweeps.get(pool.runningSweepId) : null;
  if (sweep) await world.startFanOut(sweep.sweepId);
}

async function take(world: SweepWorld, next: Step): Promise<unknown> {
  switch (next.do) {
    case 'start':
      return unlessCrashed(world.start());
    case 'tick':
      return world.tick();
    case 'fanOut':
      return fanOut(world);
    case 'deliver':
      return deliver(world, next.message);
    case 'deliverTwice':
      return deliver(world, next.message, { times: 2 });
    case 'deliverAndForgetTheAck':
      return deliver(world, next.message, { acknowledged: false });
    case 'crashInDelivery':
      return withCrash(world, next.write, () => deliver(world, next.message));
    case 'crashInTick':
      return withCrash(world, next.write, () => world.tick());
    case 'crashInStart':
      return withCrash(world, next.write, () => world.start());
    case 'wait':
      return world.clock.advance(next.minutes * MINUTE);
    case 'import':
      return world.storage.proxies.insert('fleet', [passingProxy(next.proxy)]);
    case 'delete':
      return world.storage.proxies.delete('fleet', passingProxy(next.proxy).id);
    case 'targetFails':
      world.checker.control = () => ({ ok: false, latencyMs: 1, failure: 'timeout' });
      return;
    case 'targetRecovers':
      world.checker.control = () => ({ ok: true, latencyMs: 1, statusCode: 200 });
  }
}

async function settle(world: SweepWorld): Promise<void> {
  for (let round = 0; round < 20; round++) {
    world.clock.advance(10 * MINUTE);
    await changePolicy(world.storage, { intervalSeconds: null });
    for (const { error } of await world.tick()) if (error) throw error;
    await world.deliver();
    const pool = await world.storage.pools.get('fleet');
    if (pool?.runningSweepId === undefined && world.queue.length === 0) return;
  }
  throw new Error('a sweep never ended');
}

/** A sweep that is overdue before its messages were sent ends without their batches. */
function causesOf({ sent }: SweepWorld, sweepId: string) {
  const own = sent.filter((each) => each.sweepId === sweepId).map(({ bits }) => bits);
  const unsent = batchNames(2).filter((bits) => !own.includes(bits));
  return Object.fromEntries(unsent.map((bits) => [bits, 'its message was never sent']));
}

/** Asserts that events were sent for what was changed, and for nothing else. */
async function auditEvents(world: SweepWorld, changes: Set<string>, proxyIds: readonly string[]) {
  const sent = new Map(world.events.map((event) => [event.detail.eventId, event]));
  for (const [eventId, { type }] of sent) {
    expect(type === 'Sweep Finished' || changes.has(eventId), eventId).toBe(true);
  }
  let complete = 0;
  for (const sweep of await world.storage.sweeps.list('fleet', { limit: 999 })) {
    const { sweepId, deadlineAt, closedAt = '' } = sweep;
    expect(sent.has(sweepId), `the end of ${sweepId}`).toBe(true);
    // Work that begins after the deadline sends no events, nor do rows that are gone.
    if (closedAt > deadlineAt) continue;
    for (const eventId of proxyIds.map((proxyId) => `${sweepId}:${proxyId}`)) {
      if (!changes.has(eventId)) continue;
      expect(sent.has(eventId), eventId).toBe(true);
      complete += 1;
    }
  }
  return complete;
}

describe('nothing is lost and nothing counted twice', () => {
  it('in whatever order messages, ticks, crashes and imports come', async () => {
    let closed = 0;
    let changed = 0;
    const passing = Array.from({ length: PASSING }, (_, index) => passingProxy(index).id);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 150, size: 'max' }),
        async (steps) => {
          const world = new SweepWorld();
          const proxyIds = await world.fill(POOL_SIZE, {
            intervalSeconds: 60,
            batchBitCounts: [2],
            riseFall: { rise: 1, fall: 2 },
          });
          const violations: string[] = [];
          const changes = new Set<string>();
          watch(world.storage, { violations, changes });
          let probes = 0;
          const kinds: readonly Finding[] = [{}, { status: 'slow' }, { status: 'inactive' }];
          world.checker.finding = () => kinds[((probes++ * 7) % 5) % 3] ?? {};
          for (const next of steps) await take(world, next);
          await settle(world);
          expect(violations).toEqual([]);
          for (const { sweepId } of await world.storage.sweeps.list('fleet', { limit: 999 })) {
            const causes = causesOf(world, sweepId);
            const expected = { events: world.events, proxyIds, passing, causes };
            await auditSweep(world.storage, sweepId, expected);
            closed += 1;
          }
          changed += await auditEvents(world, changes, proxyIds);
        },
      ),
      { numRuns: 25 },
    );
    expect(closed).toBeGreaterThan(25);
    expect(changed).toBeGreaterThan(100);
  });
});
