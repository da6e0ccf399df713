import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RejectedLine } from '../../../../src/cli/output/report.ts';
import {
  countRefused,
  type ImportOptions,
  type ImportOutcome,
  importListed,
} from '../../../../src/cli/stack/client/list-importer.ts';
import {
  type Fault,
  type ImportStub,
  listedProxies,
  startImportStub,
} from '../../support/import-stub.ts';

let stub: ImportStub;

beforeEach(async () => {
  stub = await startImportStub();
});
afterEach(() => stub[Symbol.asyncDispose]());

const OPTIONS: ImportOptions = {
  poolName: 'p',
  concurrency: 4,
  onRejected: async () => {},
  retries: { repetitions: 3, backOff: { firstMs: 1 } },
};

function importMany(count: number, options: Partial<ImportOptions> = {}): Promise<ImportOutcome> {
  return importListed(stub.api, listedProxies(count), { ...OPTIONS, ...options });
}

describe('an import in chunks', () => {
  it('maps the answer for each chunk back to the lines of the list, in their order', async () => {
    const imported = new Map<string, number>();
    const rejected: RejectedLine[] = [];
    const answered = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    // The chunks are answered from last to first.
    stub.hold = async (host) => {
      if (host === 'h1001.example') answered[1]?.resolve();
      else await answered[host === 'h501.example' ? 1 : 0]?.promise;
      if (host === 'h501.example') answered[0]?.resolve();
    };
    const outcome = await importMany(1_201, {
      onImported: (proxyId, line) => imported.set(proxyId, line),
      onRejected: async (line) => {
        rejected.push(line);
      },
    });
    expect(stub.requests.map(({ length }) => length).sort()).toEqual([201, 500, 500]);
    const counts = { added: 1_198, existing: 0, refused: 3, duplicate: 0 };
    expect(outcome).toEqual({ ...counts, line: 12_010, repeated: 0, ignoredColumns: ['x'] });
    expect(imported.get('h501.example')).toBe(5_010);
    expect(rejected.map(({ line }) => line)).toEqual([5_000, 10_000, 12_010]);

    const list = { read: 1_203, accepted: 1_201, duplicate: 1, skipped: 1, rejected: 0 };
    const refused = { ...list, accepted: 1_198, rejected: 3 };
    expect(countRefused(list, outcome)).toEqual(refused);
    expect(countRefused(list, { ...outcome, duplicate: 2 })).toEqual({
      ...refused,
      accepted: 1_196,
      duplicate: 3,
    });
  });

  it('sends as many at once as it may, and no more', async () => {
    const all = Promise.withResolvers<void>();
    stub.hold = async () => {
      if (stub.mostAtOnce() === 3) all.resolve();
      await all.promise;
    };
    await importMany(4_000, { concurrency: 3 });
    expect(stub.mostAtOnce()).toBe(3);
    expect(stub.requests).toHaveLength(8);
  });

  it('tells its progress, which has no gap', async () => {
    const lines: number[] = [];
    await importMany(1_400, { onProgress: ({ line }) => lines.push(line) });
    expect(lines).toEqual([5_000, 10_000, 14_000]);
  });
});

describe('a chunk whose request fails', () => {
  it.each<Fault>([408, 429, 500, 502, 503, 504, 'hang up'])(
    'with %s is sent again until it is taken',
    async (fault) => {
      stub.fault = (host, nth) => (host === 'h501.example' && nth < 3 ? fault : null);
      const outcome = await importMany(1_400);
      expect(outcome).toMatchObject({ added: 1_397, refused: 3, repeated: 2, line: 14_000 });
      expect(stub.requests).toHaveLength(5);
    },
  );

  it('for good ends the import, which says how far it got', async () => {
    stub.fault = (host) => (host === 'h1001.example' ? 503 : null);
    await expect(importMany(3_000, { concurrency: 1 })).rejects.toMatchObject({
      status: 503,
      message:
        'the stack answered 503: Too Many Requests; 998 proxies, all up to line 10000, had been' +
        ' imported; import the list again to go on: what is there already does not change',
    });
    expect(stub.requests).toHaveLength(2 + 4);
  });

  it('at the beginning says that nothing was imported', async () => {
    stub.fault = () => 'hang up';
    await expect(importMany(3_000)).rejects.toThrow(
      /^no stack answers at .*; nothing is sure to have been imported; import the list again to go on/,
    );
  });

  it.each([
    [400, 'the stack answered 400: Too Many Requests'],
    [403, 'the stack answered 403: Too Many Requests'],
    [404, 'the stack answered 404: Too Many Requests'],
    [409, 'the stack answered 409: Too Many Requests'],
    [413, expect.stringContaining('too large')],
  ])('with %i is not sent again', async (fault, message) => {
    stub.fault = (host) => (host === 'h1.example' ? fault : null);
    await expect(importMany(400)).rejects.toMatchObject({ status: fault, message });
    expect(stub.requests).toHaveLength(1);
  });

  it('is not sent again after an interruption', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    stub.fault = () => {
      stop.abort(reason);
      return 503;
    };
    const retries = { repetitions: 3, backOff: { firstMs: 600_000 } };
    await expect(importMany(400, { signal: stop.signal, retries })).rejects.toBe(reason);
    expect(stub.requests).toHaveLength(1);
  });
});

it('a list that ends in an error is imported up to there', async () => {
  async function* broken() {
    yield* listedProxies(1_100);
    throw new Error('the file is gone');
  }
  const outcomes: ImportOutcome[] = [];
  const onProgress = (outcome: ImportOutcome) => outcomes.push(outcome);
  const options = { ...OPTIONS, concurrency: 1, onProgress };
  await expect(importListed(stub.api, broken(), options)).rejects.toThrow('the file is gone');
  expect(outcomes.at(-1)?.line).toBe(10_000);
});
