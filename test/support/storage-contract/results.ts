import { describe, expect, it } from 'vitest';
import type { StoredResult } from '../../../src/model/batch-result.ts';
import {
  type CreateStorage,
  FAR_FUTURE_SECONDS,
  makeBatchResult,
  makeProxies,
  makeProxy,
  makeStoredResult,
  makeSweepId,
} from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';

const TIMINGS = {
  dns: 1000.1,
  connect: 1000.2,
  proxyTls: 1000.3,
  handshake: 1000.4,
  targetTls: 1000.5,
  firstByte: 1000.6,
  body: 1000.7,
};

/** The largest result there can be. */
const LARGEST: StoredResult = makeStoredResult({
  status: 'inconclusive',
  latencyMs: 29_999.9,
  offsetMs: 59_999,
  statusCode: 599,
  failure: 'target_name_unresolved',
  failedPhase: 'targetTls',
  attempts: 5,
  timings: TIMINGS,
  certificateIssuer: 'i'.repeat(64),
});

/** The largest result of a proxy that speaks of itself, in as many bytes as each of a batch may. */
const LARGEST_WORDS: StoredResult = {
  ...LARGEST,
  failure: 'auth_scheme_unsupported',
  blame: 'unconfirmed',
  failedPhase: 'handshake',
  timings: { dns: 1000.1, connect: 1000.2, proxyTls: 1000.3, handshake: 1000.4 },
  proxySays: 'w'.repeat(64),
};

export function describeResultStorage(create: CreateStorage): void {
  describe('results', () => {
    it('returns every kind of result as it was stored', async () => {
      const { storage } = await create();
      const kinds: StoredResult[] = [
        makeStoredResult(),
        makeStoredResult(),
        makeStoredResult({ status: 'slow', timings: TIMINGS, attempts: 2 }),
        makeStoredResult({ statusCode: 204, protocol: 'socks5' }),
        makeStoredResult({ certificateChanged: true }),
        withoutStatusCode(makeStoredResult()),
        withoutStatusCode(makeStoredResult({ status: 'inactive', failure: 'refused' })),
        makeStoredResult({ status: 'inactive', failure: 'auth_required', statusCode: 407 }),
        LARGEST,
        LARGEST_WORDS,
        makeStoredResult({ status: 'inactive', failure: 'connect_bad_gateway', blame: 'proxy' }),
      ];
      const results = new Map(kinds.map((kind, index) => [makeProxy(index).id, kind]));
      const leasing = { total: 9, active: 4, available: 3, leased: 2, totalLeases: 5 };
      const stored = makeBatchResult({ bits: '0110', results, leasing });
      expect(await storage.results.put(stored)).toEqual(stored);
      expect(await storage.results.get('fleet', '0110', stored.sweepId)).toEqual(stored);
      for (const [id, result] of results) {
        expect(await storage.results.queryByProxy('fleet', '0110', id, { limit: 1 })).toEqual([
          { sweepId: stored.sweepId, startedAt: stored.startedAt, result },
        ]);
      }
    });

    it('returns an empty, truncated, uncontrolled batch as it was stored', async () => {
      const { storage } = await create();
      const { control: _off, ...uncontrolled } = makeBatchResult({
        results: new Map(),
        truncated: true,
      });
      await storage.results.put(uncontrolled);
      expect(await storage.results.get('fleet', '*', uncontrolled.sweepId)).toEqual(uncontrolled);
    });

    it('holds the largest results of the largest batch in one item', async () => {
      const { storage } = await create();
      const { certificateIssuer: _none, ...words } = LARGEST_WORDS;
      const blamed: StoredResult = {
        ...LARGEST,
        failure: 'tls_bad_certificate',
        blame: 'unconfirmed',
      };
      for (const [order, largest] of [LARGEST, words, blamed].entries()) {
        const results = new Map(makeProxies(1024).map(({ id }) => [id, largest]));
        const stored = makeBatchResult({ results, sweepId: makeSweepId(order + 1) });
        await storage.results.put(stored);
        expect(await storage.results.get('fleet', '*', stored.sweepId)).toEqual(stored);
      }
    });

    it('keeps the first of several results and returns it to every caller', async () => {
      const { storage } = await create();
      const contenders = [1, 2, 3].map((bytes) => makeBatchResult({ bytes }));
      const kept = await Promise.all(contenders.map((result) => storage.results.put(result)));
      expect(new Set(kept.map(({ bytes }) => bytes)).size).toBe(1);
      const stored = await storage.results.get('fleet', '*', makeSweepId(1));
      expect(kept[0]).toEqual(stored);
      expect(await storage.results.put(makeBatchResult({ bytes: 9 }))).toEqual(stored);
      expect(await storage.results.get('fleet', '*', makeSweepId(1))).toEqual(stored);
    });

    it('keeps what was skipped, with the time before its batch at which it was found', async () => {
      const { storage } = await create();
      const skipped = makeStoredResult({ offsetMs: -3_600_000, skipped: true });
      const failed = {
        status: 'inactive',
        failure: 'timeout',
        offsetMs: -5,
        skipped: true,
      } as const;
      const results = new Map([
        [makeProxy(0).id, skipped],
        [makeProxy(1).id, makeStoredResult(failed)],
        [makeProxy(2).id, makeStoredResult()],
      ]);
      const result = makeBatchResult({ results, changed: 1 });
      await storage.results.put(result);
      expect(await storage.results.get('fleet', '*', makeSweepId(1))).toEqual(result);
      const query = { limit: 1 };
      const history = await storage.results.queryByProxy('fleet', '*', makeProxy(0).id, query);
      expect(history[0]?.result).toEqual(skipped);
    });

    it('finds the newest result of a batch', async () => {
      const { storage } = await create();
      expect(await storage.results.getNewest('fleet', '*')).toBeNull();
      for (const order of [2, 3, 1]) {
        await storage.results.put(makeBatchResult({ sweepId: makeSweepId(order) }));
      }
      await storage.results.put(makeBatchResult({ bits: '0', sweepId: makeSweepId(9) }));
      const newest = await storage.results.getNewest('fleet', '*');
      expect(newest?.sweepId).toBe(makeSweepId(3));
      const earlierThan = (order: number) =>
        storage.results.getNewest('fleet', '*', { beforeSweepId: makeSweepId(order) });
      expect((await earlierThan(3))?.sweepId).toBe(makeSweepId(2));
      expect(await earlierThan(1)).toBeNull();
    });

    it('lists the results of one proxy newest first and omits sweeps without it', async () => {
      const { storage } = await create();
      const id = makeProxy(0).id;
      for (let order = 1; order <= 8; order++) {
        const result = makeStoredResult({ latencyMs: order });
        const results = new Map([[order % 2 ? id : makeProxy(1).id, result]]);
        await storage.results.put(makeBatchResult({ sweepId: makeSweepId(order), results }));
      }
      const read = async (query: { limit: number; beforeSweepId?: string }) =>
        (await storage.results.queryByProxy('fleet', '*', id, query)).map(
          (e) => e.result.latencyMs,
        );
      expect(await read({ limit: 10 })).toEqual([7, 5, 3, 1]);
      expect(await read({ limit: 2 })).toEqual([7, 5]);
      expect(await read({ limit: 2, beforeSweepId: makeSweepId(5) })).toEqual([3, 1]);
    });

    it('ignores expired results', async () => {
      const { storage, clock } = await create();
      const expiresAtEpochSeconds = TEST_TIME / 1000 + 60;
      await storage.results.put(makeBatchResult({ expiresAtEpochSeconds: FAR_FUTURE_SECONDS }));
      const sweepId = makeSweepId(2);
      await storage.results.put(makeBatchResult({ sweepId, expiresAtEpochSeconds }));
      clock.advance(60_000);
      expect(await storage.results.get('fleet', '*', sweepId)).toBeNull();
      expect((await storage.results.getNewest('fleet', '*'))?.sweepId).toBe(makeSweepId(1));
      const history = await storage.results.queryByProxy('fleet', '*', makeProxy(0).id, {
        limit: 9,
      });
      expect(history.map((entry) => entry.sweepId)).toEqual([makeSweepId(1)]);
    });
  });
}

function withoutStatusCode({ statusCode: _none, ...result }: StoredResult): StoredResult {
  return result;
}
