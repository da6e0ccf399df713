import { describe, expect, it } from 'vitest';
import {
  type CreateStorage,
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
      expect(await storage.pools.updatePolicy('fleet', policy)).toMatchObject(policy);
      const sweep = makeSweep({ policy });
      await storage.sweeps.put(sweep);
      expect(await storage.sweeps.get(sweep.sweepId)).toEqual(sweep);
    });

    it('returns null for a pool that was never stored', async () => {
      const { storage } = await create();
      expect(await storage.pools.get('fleet')).toBeNull();
      expect(await storage.pools.updatePolicy('fleet', makePolicy())).toBeNull();
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
      const updated = await storage.pools.updatePolicy('fleet', policy);
      expect(updated).toEqual({
        ...makePool(),
        ...policy,
        batchBitCounts: [3],
        runningSweepId: makeSweepId(1),
        lastSweepId: makeSweepId(1),
      });
      expect(await storage.pools.get('fleet')).toEqual(updated);
    });

    it('lists every pool', async () => {
      const { storage } = await create();
      for (const poolName of ['a', 'b', 'c']) await storage.pools.create(makePool({ poolName }));
      const names: string[] = [];
      for await (const pool of storage.pools.list()) names.push(pool.poolName);
      expect(names.sort()).toEqual(['a', 'b', 'c']);
    });

    it('ignores an expired pool and frees its name', async () => {
      const { storage, clock } = await create();
      await storage.pools.create(makePool({ expiresAtEpochSeconds: TEST_TIME / 1000 + 60 }));
      clock.advance(60_000);
      expect(await storage.pools.get('fleet')).toBeNull();
      for await (const pool of storage.pools.list()) expect.unreachable(pool.poolName);
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
      expect(await storage.pools.updatePolicy('fleet', makePolicy({ control: false }))).toBeNull();
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
