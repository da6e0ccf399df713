import { describe, expect, it } from 'vitest';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import type { Pool } from '../../../src/model/pool.ts';
import type { PolicyChange } from '../../../src/storage/pool-storage.ts';
import {
  type CreateStorage,
  changePolicy,
  makeOptions,
  makePolicy,
  makePool,
  makeSweep,
  makeSweepId,
} from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';

/** Names of `Object.prototype`, of what DynamoDB's client looks at, and odd tokens (RFC 9110). */
const HEADER_NAMES = [
  ...Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__'),
  ...['prototype', 'then', 'toJSON', 'length', 'name', 'N', 'S', 'M', 'NULL', 'L', '0', '-1'],
  ...["!#$%&'*+-.^_`|~", '#u0', 'a.b', 'x~1y'],
];

const claim = (order: number, batchBitCounts: readonly number[] = [0]) => ({
  poolName: 'fleet',
  sweepId: makeSweepId(order),
  batchBitCounts,
});

const makeChange = (changes: Partial<PolicyChange> = {}): PolicyChange => ({
  policy: makePolicy({ control: false }),
  policyVersion: 'version-2',
  replaces: undefined,
  ...changes,
});

async function namesOf(pools: AsyncIterable<Pick<Pool, 'poolName'>>): Promise<string[]> {
  const names: string[] = [];
  for await (const { poolName } of pools) names.push(poolName);
  return names;
}

export function describePoolStorage(create: CreateStorage): void {
  describe('pools', () => {
    it('returns a pool as it was stored', async () => {
      const { storage } = await create();
      const pool = makePool({
        options: makeOptions({ headers: { 'x-key': 'secret' }, expectedStatusCodes: [200, 204] }),
        intervalSeconds: 60,
        expiresAtEpochSeconds: TEST_TIME / 1000 + 60,
      });
      expect(await storage.pools.create(pool)).toBe(true);
      expect(await storage.pools.get('fleet')).toEqual(pool);
    });

    it('keeps header fields of every name that HTTP allows', async () => {
      const { storage } = await create();
      const headers = Object.fromEntries(HEADER_NAMES.map((name) => [name, `value of ${name}`]));
      const pool = makePool({ options: makeOptions({ headers, proxyHeaders: headers }) });
      await storage.pools.create(pool);
      expect(await storage.pools.get('fleet')).toEqual(pool);
      const { constructor: only } = headers as { constructor?: string };
      const policy = makePolicy({ options: makeOptions({ headers: { constructor: `${only}` } }) });
      expect(await changePolicy(storage, policy)).toMatchObject(policy);
      // As an earlier version stored it.
      const sweep = makeSweep({ policy });
      await storage.sweeps.put(sweep);
      expect(await storage.sweeps.get(sweep.sweepId)).toEqual(sweep);
    });

    it('gives a pool that was stored without some options their defaults', async () => {
      const { storage } = await create();
      const { leasing: _none, control: _neither, riseFall: _nor, ...pool } = makePool();
      const options = { targetUrl: 'http://target.test/', headers: { accept: '*/*' } };
      await storage.pools.create({ ...pool, options } as unknown as Pool);
      const read = makePool({ options: parseHealthCheckOptions(options) });
      expect(await storage.pools.get('fleet')).toEqual(read);
      for await (const listed of storage.pools.listByName()) expect(listed).toEqual(read);
    });

    it('forgets what could not be used once the policy is set again', async () => {
      const { storage } = await create();
      const options = { ...makeOptions(), attempts: 9 };
      await storage.pools.create(makePool({ options }));
      const unusable = [{ pointer: '/options/attempts', detail: expect.any(String) }];
      expect(await storage.pools.get('fleet')).toMatchObject({ unusable });
      await changePolicy(storage, { options: makeOptions() });
      expect(await storage.pools.get('fleet')).not.toHaveProperty('unusable');
    });

    it('returns null for a pool that was never stored', async () => {
      const { storage } = await create();
      expect(await storage.pools.get('fleet')).toBeNull();
      expect(await storage.pools.updatePolicy('fleet', makeChange())).toBeNull();
      expect(await storage.pools.get('fleet')).toBeNull();
    });

    it('keeps the first of two pools with one name', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool());
      expect(await storage.pools.create(makePool({ salt: 'other' }))).toBe(false);
      expect(await storage.pools.get('fleet')).toEqual(makePool());
    });

    it('replaces the policy and nothing else', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool());
      await storage.pools.claim(claim(1, [3]));
      const policy = makePolicy({ riseFall: { rise: 2, fall: 3 }, control: false });
      const updated = await storage.pools.updatePolicy('fleet', makeChange({ policy }));
      expect(updated).toEqual({
        ...makePool(),
        ...policy,
        policyVersion: 'version-2',
        batchBitCounts: [3],
        runningSweepId: makeSweepId(1),
        lastSweepId: makeSweepId(1),
      });
      expect(await storage.pools.get('fleet')).toEqual(updated);
    });

    it('replaces only the version of the policy that it is to replace', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool({ policyVersion: 'version-1' }));
      expect(await storage.pools.updatePolicy('fleet', makeChange())).toBeNull();
      const other = makeChange({ replaces: 'version-0' });
      expect(await storage.pools.updatePolicy('fleet', other)).toBeNull();
      expect((await storage.pools.get('fleet'))?.policyVersion).toBe('version-1');
      const change = makeChange({ replaces: 'version-1' });
      expect((await storage.pools.updatePolicy('fleet', change))?.policyVersion).toBe('version-2');
    });

    it('lists the pools that do not expire by name, from any name on', async () => {
      const { storage } = await create();
      const expiresAtEpochSeconds = TEST_TIME / 1000 + 60;
      await storage.pools.create(makePool({ poolName: 'b0', expiresAtEpochSeconds }));
      for (const poolName of ['c', 'a', 'b']) await storage.pools.create(makePool({ poolName }));
      for (const wanted of [1, 2, 9]) {
        const all = await namesOf(storage.pools.listByName({ wanted }));
        expect(all).toEqual(['a', 'b', 'c']);
        const rest = await namesOf(storage.pools.listByName({ after: 'a', wanted }));
        expect(rest).toEqual(['b', 'c']);
      }
      expect(await namesOf(storage.pools.listByName({ after: 'c' }))).toEqual([]);
    });

    it('no longer lists a removed pool', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool());
      await storage.pools.markDeleting('fleet', new Date(TEST_TIME).toISOString());
      expect(await namesOf(storage.pools.listByName())).toEqual(['fleet']);
      await storage.pools.remove(makePool());
      expect(await namesOf(storage.pools.listByName())).toEqual([]);
      expect(await namesOf(storage.pools.listTended())).toEqual([]);
    });

    it('tells which pools a tick may have to tend, and what it needs of them', async () => {
      const { storage } = await create();
      const expiresAtEpochSeconds = TEST_TIME / 1000 + 60;
      const add = (poolName: string, pool = {}) =>
        storage.pools.create(makePool({ poolName, ...pool }));
      await add('idle');
      await add('due', { intervalSeconds: 60 });
      await add('fleet');
      await add('inline-0', { expiresAtEpochSeconds });
      await add('inline-1', { expiresAtEpochSeconds });
      expect(await namesOf(storage.pools.listTended())).toEqual(['due']);
      const inline = { ...claim(1), poolName: 'inline-1', expiresAtEpochSeconds };
      await storage.pools.claim(inline);
      await storage.pools.markDeleting('fleet', new Date(TEST_TIME).toISOString());
      await storage.pools.updatePolicy('due', makeChange());
      await storage.pools.updatePolicy(
        'idle',
        makeChange({ policy: makePolicy({ intervalSeconds: 120 }) }),
      );
      const tended = [];
      for await (const pool of storage.pools.listTended()) tended.push(pool);
      tended.sort((a, b) => (a.poolName < b.poolName ? -1 : 1));
      expect(tended).toMatchObject([
        { poolName: 'fleet', deletingSince: new Date(TEST_TIME).toISOString() },
        { poolName: 'idle', intervalSeconds: 120, createdAt: makePool().createdAt },
        { poolName: 'inline-1', runningSweepId: makeSweepId(1), expiresAtEpochSeconds },
      ]);
      await storage.pools.clearRunningSweep('inline-1', makeSweepId(1));
      expect((await namesOf(storage.pools.listTended())).sort()).toEqual(['fleet', 'idle']);
    });

    it('tends a pool again however long it was idle', async () => {
      const { storage, clock } = await create();
      await storage.pools.create(makePool());
      for (const order of [1, 2, 3]) {
        await storage.pools.claim(claim(order));
        expect(await namesOf(storage.pools.listTended())).toEqual(['fleet']);
        await storage.pools.clearRunningSweep('fleet', makeSweepId(order));
        clock.advance(600_000);
        for (const _tick of [1, 2]) expect(await namesOf(storage.pools.listTended())).toEqual([]);
      }
    });

    it('ignores an expired pool and frees its name', async () => {
      const { storage, clock } = await create();
      await storage.pools.create(makePool({ expiresAtEpochSeconds: TEST_TIME / 1000 + 60 }));
      clock.advance(60_000);
      expect(await storage.pools.get('fleet')).toBeNull();
      expect(await namesOf(storage.pools.listByName())).toEqual([]);
      expect(await storage.pools.create(makePool({ salt: 'other' }))).toBe(true);
      expect(await storage.pools.get('fleet')).toEqual(makePool({ salt: 'other' }));
    });

    it('lets only one sweep claim a pool', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool({ batchBitCounts: [2] }));
      const outcomes = await Promise.all(
        [1, 2, 3].map((n) => storage.pools.claim(claim(n, [3, 2]))),
      );
      const won = outcomes.findIndex(({ claimed }) => claimed) + 1;
      expect(outcomes.filter(({ claimed }) => claimed)).toHaveLength(1);
      const winner = { runningSweepId: makeSweepId(won), lastSweepId: makeSweepId(won) };
      expect(outcomes.filter(({ claimed }) => !claimed)).toEqual([
        { claimed: false, ...winner },
        { claimed: false, ...winner },
      ]);
      expect(await storage.pools.get('fleet')).toEqual({
        ...makePool({ batchBitCounts: [3, 2] }),
        ...winner,
      });
    });

    it('refuses a sweep id that is not later than the last', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool());
      await storage.pools.claim(claim(5));
      await storage.pools.clearRunningSweep('fleet', makeSweepId(5));
      const refused = { claimed: false, lastSweepId: makeSweepId(5) };
      expect(await storage.pools.claim(claim(5))).toEqual(refused);
      expect(await storage.pools.claim(claim(4))).toEqual(refused);
      expect(await storage.pools.claim(claim(6))).toEqual({ claimed: true });
    });

    it('refuses to claim a pool that does not exist', async () => {
      const { storage } = await create();
      expect(await storage.pools.claim(claim(1))).toEqual({ claimed: false });
      expect(await storage.pools.get('fleet')).toBeNull();
    });

    it('clears the running sweep only when it is the one named', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool());
      await storage.pools.claim(claim(2));
      await storage.pools.clearRunningSweep('fleet', makeSweepId(1));
      expect((await storage.pools.get('fleet'))?.runningSweepId).toBe(makeSweepId(2));
      await storage.pools.clearRunningSweep('fleet', makeSweepId(2));
      await storage.pools.clearRunningSweep('fleet', makeSweepId(2));
      const pool = await storage.pools.get('fleet');
      expect(pool).not.toHaveProperty('runningSweepId');
      expect(pool?.lastSweepId).toBe(makeSweepId(2));
      expect(pool).not.toHaveProperty('lastAvailability');
    });

    it('keeps what the last sweep found until another one finds something else', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool());
      const availabilities: (number | undefined)[] = [];
      for (const [index, found] of [0.5, undefined, 0, null].entries()) {
        const sweepId = makeSweepId(index + 1);
        await storage.pools.claim(claim(index + 1));
        await storage.pools.clearRunningSweep('fleet', sweepId, { availability: found });
        // Of a sweep that no longer runs.
        await storage.pools.clearRunningSweep('fleet', sweepId, { availability: 0.75 });
        availabilities.push((await storage.pools.get('fleet'))?.lastAvailability);
      }
      expect(availabilities).toEqual([0.5, 0.5, 0, undefined]);
      expect(await storage.pools.get('fleet')).not.toHaveProperty('lastAvailability');
    });

    it('keeps what a tick needs to know of edge sweeps, and drops what is over', async () => {
      const { storage } = await create();
      const backOff = { maxIntervalSeconds: 3600, edgeIntervalSeconds: 300 };
      await storage.pools.create(makePool({ intervalSeconds: 3600, backOff }));
      const seen = async () => {
        const pools: object[] = [];
        for await (const pool of storage.pools.listTended()) pools.push(pool);
        const { wholeSweepId, lastSweepChanged, newSince, failedSince } =
          (await storage.pools.get('fleet')) ?? {};
        const known = { wholeSweepId, lastSweepChanged, newSince, failedSince };
        expect(pools).toMatchObject([JSON.parse(JSON.stringify({ ...known, backOff }))]);
        return JSON.parse(JSON.stringify(known));
      };
      expect(await seen()).toEqual({});
      const end = (order: number, changed: boolean) =>
        storage.pools.clearRunningSweep('fleet', makeSweepId(order), { changed });
      await storage.pools.claim(claim(1));
      await end(1, true);
      const newSince = '2026-01-15T12:00:07.000Z';
      const failedSince = '2026-01-15T12:00:08.000Z';
      await storage.pools.noteEdge('fleet', 'newSince', '2026-01-15T12:00:05.000Z');
      await storage.pools.noteEdge('fleet', 'newSince', newSince);
      await storage.pools.noteEdge('fleet', 'failedSince', failedSince);
      await storage.pools.noteEdge('gone', 'newSince', newSince);
      expect(await storage.pools.get('gone')).toBeNull();
      expect(await seen()).toEqual({ lastSweepChanged: true, newSince, failedSince });
      await storage.pools.claim({ ...claim(2), wholeSweepId: makeSweepId(1) });
      expect(await seen()).toMatchObject({ wholeSweepId: makeSweepId(1) });
      await end(2, false);
      expect(await seen()).toEqual({ wholeSweepId: makeSweepId(1), newSince, failedSince });
      await storage.pools.claim(claim(3));
      // As when a tick frees a pool: nothing new is known.
      await storage.pools.clearRunningSweep('fleet', makeSweepId(3));
      expect(await seen()).toEqual({ newSince, failedSince });
    });

    it('lists a pool without a schedule as tended while it is below its limit', async () => {
      const { storage, clock } = await create();
      await storage.pools.create(makePool({ alarmBelowAvailability: 0.9 }));
      const tended = async () => {
        const names: string[] = [];
        for await (const { poolName } of storage.pools.listTended()) names.push(poolName);
        clock.advance(600_000);
        return names;
      };
      const sweep = async (order: number, found: number) => {
        await storage.pools.claim(claim(order));
        await storage.pools.clearRunningSweep('fleet', makeSweepId(order), { availability: found });
      };
      expect(await tended()).toEqual([]);
      await sweep(1, 0.89);
      expect(await tended()).toEqual(['fleet']);
      expect(await tended()).toEqual(['fleet']);
      await sweep(2, 0.9);
      expect(await tended()).toEqual([]);
      const change = { policyVersion: 'version-2', replaces: undefined };
      const policy = makePolicy({ alarmBelowAvailability: 0.95 });
      await storage.pools.updatePolicy('fleet', { ...change, policy });
      expect(await tended()).toEqual(['fleet']);
    });

    it('marks a pool for deletion only once', async () => {
      const { storage } = await create();
      const at = new Date(TEST_TIME).toISOString();
      expect(await storage.pools.markDeleting('fleet', at)).toBeNull();
      expect(await storage.pools.get('fleet')).toBeNull();
      await storage.pools.create(makePool());
      const marked = { ...makePool(), deletingSince: at };
      expect(await storage.pools.markDeleting('fleet', at)).toEqual(marked);
      const later = new Date(TEST_TIME + 1000).toISOString();
      expect(await storage.pools.markDeleting('fleet', later)).toEqual(marked);
      expect(await storage.pools.get('fleet')).toEqual(marked);
    });

    it('lets nothing new begin on a marked pool and lets a running sweep end', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool());
      await storage.pools.claim(claim(1));
      await storage.pools.markDeleting('fleet', new Date(TEST_TIME).toISOString());
      expect(await storage.pools.updatePolicy('fleet', makeChange())).toBeNull();
      expect(await storage.pools.create(makePool({ salt: 'other' }))).toBe(false);
      await storage.pools.clearRunningSweep('fleet', makeSweepId(1));
      expect((await storage.pools.claim(claim(2))).claimed).toBe(false);
      const pool = await storage.pools.get('fleet');
      expect(pool).not.toHaveProperty('runningSweepId');
      expect(pool).toMatchObject({ control: true, lastSweepId: makeSweepId(1) });
    });

    it('removes a marked pool without a running sweep, and no other of its name', async () => {
      const { storage } = await create();
      await storage.pools.create(makePool());
      expect(await storage.pools.remove(makePool())).toBe(false);
      await storage.pools.claim(claim(1));
      await storage.pools.markDeleting('fleet', new Date(TEST_TIME).toISOString());
      expect(await storage.pools.remove(makePool())).toBe(false);
      await storage.pools.clearRunningSweep('fleet', makeSweepId(1));
      expect(await storage.pools.remove(makePool({ salt: 'other' }))).toBe(false);
      expect(await storage.pools.get('fleet')).not.toBeNull();
      expect(await storage.pools.remove(makePool())).toBe(true);
      expect(await storage.pools.get('fleet')).toBeNull();
      expect(await storage.pools.remove(makePool())).toBe(false);
      expect(await storage.pools.create(makePool({ salt: 'other' }))).toBe(true);
      expect(await storage.pools.remove(makePool())).toBe(false);
      expect(await storage.pools.get('fleet')).toEqual(makePool({ salt: 'other' }));
    });
  });
}
